/** The log read back from its second place (design §5): as it was, up to the chain's root, or not at all. */
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { checkRecords } from "#anchor/check-records.ts";
import { Mirror } from "#anchor/mirror.ts";
import { mirrorEntries } from "#anchor/mirror-entries.ts";
import { type RestoreRequest, restoreLog } from "#anchor/restore/restore-log.ts";
import { loadConfig } from "#config";
import { decodeWith } from "#ingest/decode-with.ts";
import { openGatewayBook } from "#ingest/gateway-book.ts";
import { openAgain } from "#ingest/open-again.ts";
import { newestCheckpoint } from "#store/checkpoints.ts";
import type { Store } from "#store/connect.ts";
import { newestInboxId } from "#store/inbox-hashes.ts";
import { queueEntries } from "#store/pending-entries.ts";
import {
  asIntruder,
  dataFolder,
  keyOf,
  openRecords,
  receiveWindows,
  startMs,
} from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker, testLogId } from "../support/anchor-outside.ts";
import { recordNetwork } from "../support/recorded-network.ts";

const hourMs = 3_600_000;
const logTables = [
  "entries",
  "stream_heads",
  "log_tiles",
  "heads_tree",
  "checkpoints",
  "anchor_jobs",
  "seals",
];
const folder = dataFolder();
const place = join(folder, "one");
const config = loadConfig({ DATA_DIR: place });
const opened: Store[] = [];
let log: OutsideLog;
let one: SteppedWorker;
let copies = 0;
/** The tables as they were when everything was anchored. */
let before: Record<string, unknown[]>;

beforeAll(async () => {
  log = await OutsideLog.open(folder, `0x${"45".repeat(32)}`);
  one = await log.worker(place, { finality: "immediate" });
  const only = ["demo-operator", "demo-pharmacy-3"];
  await recordNetwork({
    ...{
      store: one.store,
      readings: one.parts.readings,
      dataDir: place,
      sites: 3,
      only,
      from: startMs,
      hours: 2,
    },
    beforeSealing: async () => {
      await one.round();
      await noteStreams(one.store);
    },
  });
  await one.round();
  expect(await one.round()).toBe(true);
  before = await tablesOf(one.store);
  // So that the chain's own `finalized` covers the first of two anchors, and more.
  await log.mine(3);
}, 120_000);
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(async () => {
  await one.stop();
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

/** More than one file of the second place. */
async function noteStreams(store: Store): Promise<void> {
  const notes = Array.from({ length: 150 }, (_, at) => {
    return { subject: `urn:test:${at}`, kind: "note", from: startMs, to: startMs, body: { at } };
  });
  await store.as({ role: "worker" }, (tx) => queueEntries(tx, notes, startMs));
}

/** The log's tables and what sealing goes on from. When an entry was appended isn't kept in the second place. */
async function tablesOf(store: Store): Promise<Record<string, unknown[]>> {
  const order: Record<string, string> = {
    ...{ entries: "index", stream_heads: "stream", log_tiles: "level, index", checkpoints: "size" },
    windows: "tenant_id, equipment_id, from_ms",
  };
  const tables: Record<string, unknown[]> = {};
  for (const [table, by] of Object.entries(order)) {
    const { rows } = await asIntruder(store, (tx) =>
      tx.execute<Record<string, unknown>>(sql.raw(`select * from ${table} order by ${by}`)),
    );
    tables[table] = rows.map(({ appended_at: _, sealed_at: __, ...row }) => row);
  }
  return tables;
}

async function countIn(store: Store, table: string): Promise<number> {
  const { rows } = await asIntruder(store, (tx) =>
    tx.execute<{ n: number }>(sql.raw(`select count(*)::integer as n from ${table}`)),
  );
  return rows[0]?.n ?? 0;
}

/** Records that nobody used yet. */
async function newRecords(): Promise<Store> {
  copies += 1;
  const dataDir = join(folder, `new-${copies}`);
  cpSync(join(folder, "empty"), dataDir, { recursive: true });
  const store = await openRecords(dataDir);
  opened.push(store);
  return store;
}

/** The second place, for a test to spoil. */
function aCopy(): string {
  copies += 1;
  const copy = join(folder, `copy-${copies}`);
  cpSync(config.mirrorDir, copy, { recursive: true });
  return copy;
}

function restore(store: Store, more: Partial<RestoreRequest> = {}) {
  const chain = { rpc: log.chain.rpc, contract: log.contract, logId: testLogId };
  return restoreLog({
    ...{ store, from: config.mirrorDir, origin: config.logOrigin, logKey: keyOf(1) },
    ...{ chain, unvouched: false, now: startMs + 3 * hourMs, ...more },
  });
}

async function fsck(store: Store): Promise<string[]> {
  const found: string[] = [];
  const graceMs = config.sealGraceMs;
  const opening = { store, book: openGatewayBook(store), decode: decodeWith(config), graceMs };
  await checkRecords(
    {
      ...{ store, readings: one.parts.readings, rpc: log.chain.rpc, trust: one.chainSide.trust },
      ...{ exportDir: place, mirrorDir: config.mirrorDir },
      readAgain: (messages) => openAgain(opening, messages),
    },
    {
      ...{ from: 0, to: startMs * 2, now: startMs + 2 * hourMs },
      ...{ sealGraceMs: graceMs, anchorMaxAgeMs: config.anchorMaxAgeMs },
      onFinding: ({ kind, detail }) => found.push(`${kind} ${detail}`),
    },
  );
  return found;
}

describe("a restored log", () => {
  it("is the same in new records, signed checkpoints and all, and its anchors are those of the chain", async () => {
    const store = await newRecords();
    const told: number[] = [];
    const restored = await restore(store, { onProgress: (entries) => told.push(entries) });
    const { windows: _, ...log_ } = before;
    expect(await tablesOf(store)).toEqual({ ...log_, windows: [] });
    expect(told.at(-1)).toBe(restored.size);
    expect(restored).toMatchObject({
      checkpoints: 2,
      vouched: restored.size,
      anchored: restored.size,
      events: 2,
    });
    const { rows: jobs } = await asIntruder(store, (tx) =>
      tx.execute(
        sql`select new_size, state, tx_hash is not null as named from anchor_jobs order by new_size`,
      ),
    );
    const sizes = await log.anchoredSizes();
    expect(jobs).toEqual([
      { new_size: sizes[0], state: "final", named: true },
      { new_size: sizes[1], state: "planned", named: false },
    ]);
  });

  it("goes on where it was: sealed windows stay sealed, nothing is said twice, and the same chain takes the next anchor", async () => {
    await asIntruder(one.store, async (tx) => {
      // The records are an older state than the log: an entry waits, and windows aren't sealed, that it has already.
      await tx.execute(sql`
        insert into pending_entries (subject, kind, from_ms, to_ms, body, urgent, created_at)
        select subject, kind, from_ms, to_ms, body, false, 0 from entries where index = 0`);
      for (const table of logTables) await tx.execute(sql.raw(`delete from ${table}`));
      await tx.execute(sql`delete from windows where from_ms >= ${startMs + hourMs}`);
    });
    await one.stop();
    one = await log.worker(place, { finality: "immediate" });
    const restored = await restore(one.store);
    expect([restored.windows > 0, restored.dropped, restored.isInboxShorter]).toEqual([true, 1, false]);
    expect(await tablesOf(one.store)).toEqual(before);
    await one.round();
    expect(await fsck(one.store)).toEqual([]);
    const nonce = await log.nonce();
    const sizes = await log.anchoredSizes();
    await one.note("after");
    await one.round();
    expect(await one.round()).toBe(true);
    expect([await log.anchoredSizes(), (await log.nonce()) - nonce]).toEqual([
      [...sizes, await log.headSize()],
      1,
    ]);
    expect(one.chainSide.status).toMatchObject({ chain: "up" });
    expect(await fsck(one.store)).toEqual([]);
  }, 60_000);

  it("covers what comes next, where the inbox was lost: it is numbered after all that was covered", async () => {
    const store = await newRecords();
    const restored = await restore(store);
    expect(restored.isInboxShorter).toBe(true);
    await receiveWindows(store, 0, 1);
    const found = await store.as({ role: "worker" }, async (tx) => {
      return { covered: (await newestCheckpoint(tx))?.inboxTo ?? 0, next: await newestInboxId(tx) };
    });
    expect(found.covered).toBeGreaterThan(0);
    expect(found.next).toBe(found.covered + 1);
  });

  it("can be restored again after it was broken off", async () => {
    const store = await newRecords();
    const stop = () => {
      throw new Error("killed");
    };
    await expect(restore(store, { onProgress: stop })).rejects.toThrow("killed");
    for (const table of logTables) expect(await countIn(store, table)).toBe(0);
    await restore(store);
    await expect(restore(store)).rejects.toThrow(/have a log already \(entries/);
  });
});

describe("a copy that isn't the log's is refused, and nothing of it written", () => {
  const first = (copy: string) => join(copy, "entries/000/000.jsonl");
  const last = (copy: string) => join(copy, "entries/000/001.jsonl");
  const edit = (file: string, change: (lines: string[]) => string[]) =>
    writeFileSync(file, `${change(readFileSync(file, "utf8").trimEnd().split("\n")).join("\n")}\n`);
  const swapped = (lines: string[]) =>
    [...lines.slice(0, 3), lines[4], lines[3], ...lines.slice(5)] as string[];
  const renumbered = (lines: string[]) =>
    swapped(lines).map((line, index) => JSON.stringify({ ...JSON.parse(line), index }));
  const changed = (lines: string[]) =>
    lines.map((line) => line.replace(/("from":)(\d+)(,"to")/, (_, a, at, b) => `${a}${Number(at) + 1}${b}`));

  it.each([
    ["changed content", (copy: string) => edit(first(copy), changed), /was committed to.*ENTRY_CHANGED/],
    ["a line cut out", (copy: string) => edit(first(copy), (l) => l.toSpliced(7, 1)), /missing before it/],
    ["lines in another order", (copy: string) => edit(first(copy), swapped), /missing before it/],
    [
      "entries in another order",
      (copy: string) => edit(first(copy), renumbered),
      /another root|HEADS_DO_NOT|SEQUENCE/,
    ],
    [
      "spaces that nobody of us writes",
      (copy: string) => edit(first(copy), (l) => l.map((x) => `${x} `)),
      /line 1 of/,
    ],
    [
      "its end cut off",
      (copy: string) => edit(last(copy), (l) => l.slice(0, -5)),
      /holds \d+ entries, the log has/,
    ],
    ["its last file missing", (copy: string) => rmSync(last(copy)), /holds \d+ entries, the log has/],
    [
      "no entries",
      (copy: string) => rmSync(join(copy, "entries"), { recursive: true }),
      /no entries of a log/,
    ],
    [
      "a foreign checkpoint",
      (copy: string) => edit(join(copy, "public/checkpoint"), (l) => l.toSpliced(1, 1, "9")),
      /this log's key/,
    ],
  ])("%s", async (_, spoil, words) => {
    const [store, from] = [await newRecords(), aCopy()];
    spoil(from);
    await expect(restore(store, { from })).rejects.toThrow(words);
    for (const table of logTables) expect(await countIn(store, table)).toBe(0);
  });

  it("cut off at a whole tree, its checkpoint too: the chain knows better", async () => {
    const [store, from] = [await newRecords(), aCopy()];
    const [size = 0] = await log.anchoredSizes();
    edit(first(from), (lines) => lines.slice(0, size));
    rmSync(last(from));
    rmSync(join(from, "public"), { recursive: true });
    await expect(restore(store, { from })).rejects.toThrow(/the chain holds \d+ entries/);
    expect(await countIn(store, "entries")).toBe(0);
    await expect(restore(store, { from, chain: null })).rejects.toThrow("vouch for 0 only");
  });

  it("longer than anybody vouches for, unless somebody decides to take it", async () => {
    const [store, from] = [await newRecords(), aCopy()];
    const vouched = await log.headSize();
    await one.note("beyond");
    await mirrorEntries(one.store, new Mirror(from), vouched + 2);
    await expect(restore(store, { from })).rejects.toThrow(`vouch for ${vouched} only: --unvouched`);
    expect(await countIn(store, "entries")).toBe(0);
    expect(await restore(store, { from, unvouched: true })).toMatchObject({ size: vouched + 2, vouched });
  });

  it("of another log: the chain holds another root", async () => {
    const other = await OutsideLog.open(folder, log.key, log.chain);
    const worker = await other.worker(join(folder, "other"), { finality: "immediate" });
    await worker.note("theirs");
    await worker.round();
    await worker.stop();
    const chain = { rpc: log.chain.rpc, contract: other.contract, logId: testLogId };
    await expect(restore(await newRecords(), { chain })).rejects.toThrow(
      /the chain holds another root at size 2/,
    );
  });
});
