/** What `audit` looks at as `fsck` does, for its one equipment: seals, copies, what isn't sealed or anchored, marks that hide. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type AuditRequest, auditEquipment } from "#anchor/audit-equipment.ts";
import { createWindowSealer } from "#anchor/seal-windows.ts";
import { queueEntry } from "#store/pending-entries.ts";
import {
  asIntruder,
  dataFolder,
  fridge,
  minuteMs,
  readingAt,
  receiveWindows,
  registerFridge,
  startMs,
  windowMs,
} from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";

const folder = dataFolder();
/** Twelve windows are due. */
const dueMs = 12 * windowMs + 20_000;
const lateMs = 45 * minuteMs;
let log: OutsideLog;
let one: SteppedWorker;

beforeAll(async () => {
  log = await OutsideLog.open(folder, `0x${"46".repeat(32)}`);
  one = await log.worker(join(folder, "one"), { finality: "immediate" });
  await registerFridge(one.store);
  await receiveWindows(one.store, 0, 12);
  one.passMs(dueMs);
  await one.note("first");
  while (await createWindowSealer(one.parts).sealDue(true));
  await one.note("all sealed");
  await one.round();
  expect(await one.round()).toBe(true);
}, 60_000);
afterAll(async () => {
  await one.stop();
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

/** The audit so long after all was sealed. */
async function audit(afterMs = 0, more: Partial<AuditRequest> = {}): Promise<string[]> {
  const { config, readings } = one.parts;
  const { findings } = await auditEquipment({
    ...{ store: one.store, readings, rpc: log.chain.rpc, trust: one.chainSide.trust },
    ...{ exportDir: join(folder, "exports"), mirrorDir: config.mirrorDir, now: startMs + dueMs + afterMs },
    ...{ sealGraceMs: config.sealGraceMs, anchorMaxAgeMs: config.anchorMaxAgeMs },
    ...{ equipment: fridge.id, from: startMs, to: startMs + 24 * 12 * windowMs, ...more },
  });
  return findings.map(({ kind, window, detail }) => `${kind} ${window ?? "-"} ${detail}`);
}

const run = (text: string) => asIntruder(one.store, (tx) => tx.execute(sql.raw(text)));

it("finds nothing where nothing was touched, however much later", async () => {
  expect(await audit()).toEqual([]);
  expect(await audit(10 * lateMs)).toEqual([]);
});

it("a seal that the contract hasn't", async () => {
  await run(
    "insert into seals select 20000, new_size, root, 1 from anchor_jobs where state = 'final' limit 1",
  );
  expect(await audit()).toEqual([expect.stringContaining("SEAL_DIFFERS - the seal of 2024-10-04")]);
  expect(await audit(0, { rpc: null })).toEqual([]);
  await run("delete from seals where day = 20000");
});

it("a file of the second place, and a tile, that aren't what the entries give", async () => {
  for (const name of ["entries/000/000.jsonl", "public/tile/0/000.p"]) {
    const path = join(one.parts.config.mirrorDir, name);
    const file = name.endsWith(".p") ? join(path, String(await log.headSize())) : path;
    const kept = readFileSync(file);
    writeFileSync(file, kept.with(40, (kept[40] ?? 0) ^ 1));
    expect(await audit()).toEqual([expect.stringContaining("COPY_DIFFERS")]);
    writeFileSync(file, kept);
  }
  expect(await audit()).toEqual([]);
});

it("a reading added under a mark that stays: told, once sealing had its time", async () => {
  const window = startMs + 2 * windowMs;
  const added = { ...readingAt(12, 1), ts: startMs + 12 * minuteMs + 7_000 };
  await one.parts.readings.write([added]);
  expect(await audit()).toEqual([expect.stringContaining(`READING_ADDED ${window}`)]);
  await run(`update windows set dirty = true where from_ms = ${window}`);
  expect(await audit()).toEqual([]);
  expect(await audit(lateMs)).toEqual([
    expect.stringContaining(`READING_ADDED ${window}`),
    expect.stringContaining(`NOT_SEALED ${window} the window of`),
  ]);
  await run(`update readings set received_at = ${startMs + 10 * dueMs} where ts = ${added.ts}`);
  expect(await audit()).toEqual([
    expect.stringContaining("READING_ADDED"),
    expect.stringContaining("came later than now"),
  ]);
  await run(`delete from readings where ts = ${added.ts}`);
  await run(`update windows set dirty = false where from_ms = ${window}`);
  expect(await audit(lateMs)).toEqual([]);
});

it("readings that no window covers, once they should be sealed", async () => {
  await receiveWindows(one.store, 12, 1);
  expect(await audit()).toEqual([]);
  expect(await audit(lateMs)).toEqual([expect.stringMatching(/^NOT_SEALED - not sealed: 5 readings/)]);
  expect(await audit(lateMs, { to: startMs + 12 * windowMs })).toEqual([]);
});

it("entries without their heads entry, then a checkpoint that the chain hasn't, once they should be there", async () => {
  const period = { to: startMs + 12 * windowMs };
  const waiting = { subject: "urn:test:waits", kind: "note", from: 1, to: 1, body: {} };
  await one.store.as({ role: "worker" }, (tx) => queueEntry(tx, waiting, one.parts.clock()));
  expect(await one.plan()).toBeNull();
  expect(await audit(0, period)).toEqual([]);
  expect(await audit(lateMs, period)).toEqual([
    expect.stringContaining("NOT_SEALED - entries of the log wait since"),
  ]);
  await one.note("closed, and not anchored");
  expect(await audit(0, period)).toEqual([]);
  const size = (await log.headSize()) + 3;
  expect(await audit(lateMs, period)).toEqual([
    expect.stringMatching(
      `^NOT_SEALED - checkpoint ${size} .* isn't on the chain, which holds ${size - 3} entries`,
    ),
  ]);
  expect(await audit(lateMs, { ...period, rpc: null })).toEqual([]);
  await one.round();
  expect(await one.round()).toBe(true);
  expect(await audit(lateMs, period)).toEqual([]);
});
