/** `fsck` on records that a small network really made: silent where nothing was touched, and a name for each thing that an operator can do. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendToLog } from "#anchor/append-entries.ts";
import type { Finding } from "#anchor/audit/finding.ts";
import { checkRecords } from "#anchor/check-records.ts";
import { Mirror } from "#anchor/mirror.ts";
import { mirrorEntries } from "#anchor/mirror-entries.ts";
import { publishTiles } from "#anchor/publish-tiles.ts";
import { fsckWith } from "#cli/fsck-verb.ts";
import { loadConfig } from "#config";
import { utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { decodeWith } from "#ingest/decode-with.ts";
import { openGatewayBook } from "#ingest/gateway-book.ts";
import { openAgain } from "#ingest/open-again.ts";
import { newestCheckpoint } from "#store/checkpoints.ts";
import type { Store, Tx } from "#store/connect.ts";
import { holdLog } from "#store/entries.ts";
import { queueEntries } from "#store/pending-entries.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import { TileFolder } from "#store/tile-folder.ts";
import { asIntruder, dataFolder, openRecords } from "../support/anchor-network.ts";
import { recordNetwork } from "../support/recorded-network.ts";

const hourMs = 3_600_000;
const from = Date.UTC(2026, 4, 4, 8);
const config = loadConfig({});
const { sealGraceMs, anchorMaxAgeMs } = config;
const dataDir = dataFolder();
let mirrorDir = join(dataDir, "mirror");
/** How many entries the log has. */
let size = 0;
const only = ["demo-operator", "demo-pharmacy-3"];
const aMessage = sql`(select min(id) + 4 from inbox)`;
let store: Store;

/** Records that a small network made. */
async function recorded(
  folder: string,
  what: { hours: number; sealedHours?: number; beforeSealing?: (store: Store) => Promise<void> },
): Promise<Store> {
  const opened = await openRecords(folder);
  const { beforeSealing = async () => {}, ...network } = what;
  const readings = openPostgresReadings(opened);
  const spoil = () => beforeSealing(opened);
  await recordNetwork({
    ...{ store: opened, readings, dataDir: folder, sites: 3, only, from },
    ...{ ...network, beforeSealing: spoil },
  });
  return opened;
}

/** More streams than a page of the heads tree holds, so that it has others below it. */
async function noteStreams(opened: Store): Promise<void> {
  const notes = Array.from({ length: 60 }, (_, at) => {
    return { subject: `urn:test:${at}`, kind: "note", from, to: from, body: { at } };
  });
  await opened.as({ role: "worker" }, (tx) => queueEntries(tx, notes, from));
}

/** `now` is soon after the newest of two hours was sealed. */
async function fsck(options: { from?: number; to?: number; now?: number } = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  const opening = {
    ...{ store, book: openGatewayBook(store), decode: decodeWith(config) },
    graceMs: sealGraceMs,
  };
  const { count, entries, messages } = await checkRecords(
    {
      ...{ store, readings: openPostgresReadings(store), rpc: null, trust: null },
      ...{ exportDir: dataDir, mirrorDir },
      readAgain: (messages) => openAgain(opening, messages),
    },
    {
      ...{ from: 0, to: from * 2, now: from + 2 * hourMs, ...options },
      ...{ sealGraceMs, anchorMaxAgeMs },
      onFinding: (finding) => findings.push(finding),
    },
  );
  expect(count).toBe(findings.length);
  expect(Math.min(entries, messages), "something was looked at").toBeGreaterThan(0);
  return findings;
}

const kindsOf = (findings: readonly Finding[]) => [...new Set(findings.map(({ kind }) => kind))].sort();
const run = (text: string) => asIntruder(store, (tx) => tx.execute(sql.raw(text)));

/** Does it with the database in hand, looks, and takes it back from a copy of the table. */
async function afterwards(table: string, attack: (tx: Tx) => Promise<unknown>): Promise<Finding[]> {
  await run(`create table kept as select * from ${table}`);
  await asIntruder(store, attack);
  const findings = await fsck();
  await run(`delete from ${table}`);
  await run(`insert into ${table} select * from kept`);
  await run("drop table kept");
  return findings;
}

beforeAll(async () => {
  store = await recorded(dataDir, { hours: 2, beforeSealing: noteStreams });
  size = (await store.as({ role: "worker" }, newestCheckpoint))?.size ?? 0;
  await mirrorEntries(store, new Mirror(mirrorDir), size);
  await publishTiles(store, new TileFolder(mirrorDir), size);
});
afterAll(async () => {
  await store.close();
  rmSync(dataDir, { recursive: true });
});

/** A reading in the middle of the first hour's sealed windows. */
const aReading = `point = (select min(point) from readings) and ts = ${from + 30 * 60_000}`;
const equipmentOf = async () => {
  const { rows } = await asIntruder(store, (tx) =>
    tx.execute<{ name: string }>(
      sql.raw(`select tenant_id || '/' || equipment_id as name from readings where ${aReading}`),
    ),
  );
  return rows[0]?.name;
};

it("takes records that hold nothing for no agreement; where something was looked at it tells how much", async () => {
  const folder = dataFolder();
  const empty = await openRecords(folder);
  const checked = async (records: Store) => {
    const parts = { store: records, readings: openPostgresReadings(records), rpc: null, trust: null };
    const { ok, count, entries, messages } = await fsckWith(
      { ...parts, exportDir: folder, config: loadConfig({ DATA_DIR: folder }) },
      { from: 0, to: from * 2 },
      () => {},
    );
    return { ok, count, looked: entries + messages > 0 };
  };
  expect(await checked(empty)).toEqual({ ok: false, count: 0, looked: false });
  expect(await checked(store)).toMatchObject({ looked: true });
  await empty.close();
  rmSync(folder, { recursive: true });
});

it("finds nothing where nothing was touched, nor in a part of the time", async () => {
  expect(await fsck()).toEqual([]);
  expect(await fsck({ from: from + hourMs, to: from + 2 * hourMs })).toEqual([]);
});

describe("readings", () => {
  it("changed after sealing: named by the message and by the window", async () => {
    const equipment = await equipmentOf();
    const findings = await afterwards("readings", (tx) =>
      tx.execute(sql.raw(`update readings set t_milli_c = t_milli_c - 1 where ${aReading}`)),
    );
    expect(kindsOf(findings)).toEqual(["READING_CHANGED"]);
    expect(findings).toContainEqual(expect.objectContaining({ equipment, window: null }));
    expect(findings).toContainEqual(expect.objectContaining({ equipment, window: expect.any(Number) }));
  });

  it("taken away: named by the message and by the window", async () => {
    const findings = await afterwards("readings", (tx) =>
      tx.execute(sql.raw(`delete from readings where ${aReading}`)),
    );
    expect(kindsOf(findings)).toEqual(["READING_MISSING"]);
    expect(findings).toHaveLength(2);
  });

  it("invented: the window has more than was sealed, the day more than messages gave", async () => {
    const findings = await afterwards("readings", (tx) =>
      tx.execute(
        sql.raw(`insert into readings select tenant_id, point, ts + 1, equipment_id, t_milli_c, rh_permille, door, power,
          lat, lon, err, received_at, inbox_id, late, signed_by from readings where ${aReading}`),
      ),
    );
    expect(kindsOf(findings)).toEqual(["READING_ADDED"]);
    expect(findings.map(({ window }) => window === null).sort()).toEqual([false, true]);
  });

  it("whose door was closed afterwards", async () => {
    const findings = await afterwards("readings", (tx) =>
      tx.execute(sql`update readings set door = false where door`),
    );
    expect(kindsOf(findings)).toEqual(["READING_CHANGED"]);
    expect(findings.map(({ detail }) => detail).join("\n")).toContain("door or power");
  });
});

describe("messages", () => {
  it("changed in the inbox", async () => {
    const findings = await afterwards("inbox", (tx) =>
      tx.execute(sql`update inbox set payload = ${utf8("{}")} where id = ${aMessage}`),
    );
    expect(kindsOf(findings)).toEqual(["INBOX_CHANGED"]);
  });

  it("changed with their hash: the sealed root and the receipts still tell", async () => {
    const findings = await afterwards("inbox", (tx) =>
      tx.execute(
        sql`update inbox set payload = ${utf8("{}")}, sha256 = sha256(${utf8("{}")}) where id = ${aMessage}`,
      ),
    );
    expect(kindsOf(findings)).toEqual(["INBOX_CHANGED", "RECEIPT_NOT_KEPT"]);
  });

  it("that say they came earlier than the log had sealed up to them", async () => {
    const findings = await afterwards("inbox", (tx) =>
      tx.execute(sql`update inbox set received_at = ${from} where id = (select max(id) from inbox)`),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({
        kind: "INBOX_CHANGED",
        detail: expect.stringContaining("says that it came at"),
      }),
    );
  });

  it("taken away", async () => {
    const findings = await afterwards("inbox", (tx) =>
      tx.execute(sql`delete from inbox where id = ${aMessage}`),
    );
    expect(kindsOf(findings)).toEqual(["INBOX_CHANGED", "RECEIPT_NOT_KEPT"]);
  });

  it("whose sequence numbers were taken away: windows don't name them any more", async () => {
    const findings = await afterwards("gateway_runs", (tx) =>
      tx.execute(sql`delete from gateway_runs where gateway_id = (select min(gateway_id) from gateway_runs)`),
    );
    expect(kindsOf(findings)).toContain("SOURCES_DIFFER");
  });
});

describe("what is made of the log", () => {
  const flipped = (column: string) => `set_byte(${column}, 40, 255 - get_byte(${column}, 40))`;
  const differs = (what: string) => [{ kind: "COPY_DIFFERS", detail: expect.stringContaining(what) }];

  it.each([
    [
      "a tile",
      "log_tiles",
      `update log_tiles set hashes = ${flipped("hashes")} where level = 0 and index = 0`,
      "tile 0/000",
    ],
    ["no tile", "log_tiles", "delete from log_tiles where level = 0 and index = 0", "tile 0/000"],
    ["a page", "heads_tree", `update heads_tree set page = ${flipped("page")} where place = ''`, 'page ""'],
    [
      "no page",
      "heads_tree",
      "delete from heads_tree where place = (select max(place) from heads_tree)",
      "page",
    ],
    [
      "a page of nothing",
      "heads_tree",
      "insert into heads_tree select 'ffff', size, page from heads_tree where place = ''",
      'page "ffff"',
    ],
  ])("in the records: %s that the entries don't give", async (_, table, attack, what) => {
    expect(await afterwards(table, (tx) => tx.execute(sql.raw(attack)))).toMatchObject(differs(what));
  });

  it.each([
    ["a tile", "public/tile/0/000.p/SIZE", "tile 0/000.p/"],
    ["an entry tile", "replay/tile/entries/000.p/SIZE", "entry tile 000.p/"],
    ["a checkpoint", "public/checkpoint", "the checkpoint of the folder"],
    ["a line", "entries/000/000.jsonl", "entry 0 is not in the second place"],
  ])("in its folder: %s that the entries don't give", async (_, file, what) => {
    const path = join(mirrorDir, file.replace("SIZE", String(size)));
    const bytes = readFileSync(path);
    writeFileSync(
      path,
      Uint8Array.from(bytes, (byte, at) => (at === 40 ? byte ^ 1 : byte)),
    );
    const findings = await fsck();
    writeFileSync(path, bytes);
    expect(findings).toMatchObject(differs(what));
  });

  it("in its folder: entries that are missing", async () => {
    const path = join(mirrorDir, "entries/000/000.jsonl");
    const bytes = readFileSync(path);
    rmSync(path);
    const findings = await fsck();
    writeFileSync(path, bytes);
    expect(findings).toMatchObject(
      differs(`${size} entries from 0 to ${size - 1} are not in the second place`),
    );
  });
});

describe("the log", () => {
  const aWindow = "kind = 'segment' and body like '%\"min\"%'";
  const index = `(select min(index) from entries where ${aWindow})`;

  it("with one number changed in a window", async () => {
    const findings = await afterwards("entries", (tx) =>
      tx.execute(
        sql.raw(`update entries set body = replace(body, '"n":15', '"n":16') where index = ${index}`),
      ),
    );
    expect(findings).toContainEqual(
      expect.objectContaining({
        kind: "ENTRY_CHANGED",
        equipment: expect.stringMatching(/^.+\/.+$/),
        window: from,
      }),
    );
  });

  const heads = "(select min(index) from entries where kind = 'heads')";
  it.each([
    ["a window", index, { equipment: expect.stringMatching(/^.+\/.+$/), window: from }, []],
    ["a heads entry, which covered messages", heads, { equipment: null, window: null }, ["NOT_SEALED"]],
  ])("without the content of %s, which the second place still has", async (_, which, where, more) => {
    const findings = await afterwards("entries", (tx) =>
      tx.execute(
        sql.raw(`update entries set salt = null, body_salt = null, body = null where index = ${which}`),
      ),
    );
    expect(kindsOf(findings)).toEqual(["CONTENT_ERASED", "COPY_DIFFERS", ...more]);
    expect(findings).toContainEqual(expect.objectContaining({ kind: "CONTENT_ERASED", ...where }));
    expect(findings.map(({ detail }) => detail).join("\n")).toMatch(
      /entry \d+ is in the second place of the log with the content that the records lost/,
    );
  });

  it("with no body left anywhere: each is told", async () => {
    const { rows } = await asIntruder(store, (tx) =>
      tx.execute<{ size: number }>(sql`select count(*)::integer as size from entries`),
    );
    const findings = await afterwards("entries", (tx) => tx.execute(sql`update entries set body = null`));
    expect(findings.filter(({ kind }) => kind === "CONTENT_ERASED")).toHaveLength(rows[0]?.size ?? 0);
  });

  it("without one of its entries", async () => {
    const findings = await afterwards("entries", (tx) =>
      tx.execute(sql.raw(`delete from entries where index = ${index}`)),
    );
    expect(kindsOf(findings)).toEqual(expect.arrayContaining(["SEQUENCE_BROKEN"]));
  });

  it("with a wrong prev", async () => {
    const findings = await afterwards("entries", (tx) =>
      tx.execute(sql.raw(`update entries set prev = sha256('x') where index = ${index}`)),
    );
    expect(findings.map(({ detail }) => detail).join("\n")).toContain(
      "does not name the one before it in its stream",
    );
  });

  it("with a checkpoint that holds another root", async () => {
    const findings = await afterwards("checkpoints", (tx) =>
      tx.execute(sql`update checkpoints set root = sha256('x')`),
    );
    expect(kindsOf(findings)).toEqual(["ROOT_DIFFERS"]);
  });

  it("of an equipment that was taken out of the register", async () => {
    const findings = await afterwards("equipment", (tx) =>
      tx.execute(
        sql`delete from equipment where (tenant_id, id) = (select tenant_id, id from equipment limit 1)`,
      ),
    );
    expect(kindsOf(findings)).toEqual(["NOT_REGISTERED"]);
  });

  // The last two of all: what is appended stays.
  it("with a window that names a roster of before and conceals the one that was in force", async () => {
    await asIntruder(store, async (tx) => {
      await holdLog(tx);
      const { rows } = await tx.execute<{ subject: string; body: string; from: number; to: number }>(
        sql.raw(`select subject, body, from_ms as "from", to_ms as "to" from entries
          where kind = 'segment' and from_ms >= ${from + hourMs} order by index limit 1`),
      );
      const { subject = "", body = "", from: fromMs = 0, to: toMs = 0 } = rows[0] ?? {};
      const roster = { subject, kind: "equipment", fromMs: fromMs - 1, toMs: fromMs - 1, body: "{}" };
      await appendToLog(tx, [roster, { subject, kind: "late", fromMs, toMs, body }], from);
    });
    const findings = (await fsck()).filter(({ kind }) => kind === "ROSTERS_DIFFER");
    expect(findings).toEqual([
      expect.objectContaining({ detail: expect.stringContaining("doesn't name every roster") }),
    ]);
  });

  it("with a second (stream, seq), heads and inbox roots that don't follow, messages left out, and no end", async () => {
    await run("alter table entries drop constraint entries_stream_seq_unique");
    await asIntruder(store, async (tx) => {
      await holdLog(tx);
      const { rows } = await tx.execute<{ subject: string; body: string; from: number; to: number }>(
        sql.raw(`select subject, body, from_ms as "from", to_ms as "to" from entries where index = ${index}`),
      );
      const { subject = "", body = "", from: fromMs = 0, to: toMs = 0 } = rows[0] ?? {};
      await tx.execute(sql`delete from stream_heads where subject = ${subject}`);
      const { rows: last } = await tx.execute<{ id: number }>(sql`select max(id) as id from inbox`);
      const next = (last[0]?.id ?? 0) + 1;
      const zero = "0".repeat(64);
      const heads = { root: zero, streams: 1, inbox: { root: zero, count: 3, from: next + 4, to: next + 6 } };
      const statements = [
        { subject, kind: "segment", fromMs, toMs, body },
        { subject: "urn:coldmark:heads", kind: "heads", fromMs: from, toMs: from, body: canonicalize(heads) },
        { subject: "urn:test", kind: "note", fromMs: from, toMs: from, body: "{}" },
      ];
      await appendToLog(tx, statements, from);
    });
    const findings = await fsck();
    expect(kindsOf(findings)).toEqual(
      expect.arrayContaining(["HEADS_DO_NOT_FOLLOW", "INBOX_CHANGED", "NOT_SEALED", "SEQUENCE_BROKEN"]),
    );
    const said = findings.map(({ detail }) => detail).join("\n");
    expect(said).toContain("a second version of sequence 0");
    expect(said).toMatch(/no heads entry covers the messages (\d+)\d to \1\d$/m);
    expect(said).toContain("wait since 2026-05-04T08:00:00.000Z for the heads entry that closes them");
  });
});

describe("sealing", () => {
  it("of a window that lacks a reading: its message misses it. That has stopped: told once it is overdue", async () => {
    const folder = dataFolder();
    const honest = { store, mirrorDir };
    mirrorDir = join(folder, "mirror");
    store = await recorded(folder, {
      ...{ hours: 2, sealedHours: 1 },
      beforeSealing: (spoilt) =>
        asIntruder(spoilt, (tx) => tx.execute(sql.raw(`delete from readings where ${aReading}`))).then(
          () => {},
        ),
    });
    try {
      const missing = { kind: "READING_MISSING", equipment: expect.any(String), window: null };
      expect(await fsck({ now: from + hourMs })).toEqual([expect.objectContaining(missing)]);
      const later = await fsck({ now: from + 24 * hourMs });
      expect(kindsOf(later)).toEqual(["NOT_SEALED", "READING_MISSING"]);
      expect(later).toContainEqual({
        ...{ kind: "NOT_SEALED", equipment: expect.stringMatching(/^demo-pharmacy-3\/.+/), window: null },
        detail: expect.stringMatching(
          /^not sealed: \d+ readings from 2026-05-04T09:00:.*newest window ends at 2026-05-04T09:00:/,
        ),
      });
    } finally {
      await store.close();
      ({ store, mirrorDir } = honest);
      rmSync(folder, { recursive: true });
    }
  });
});
