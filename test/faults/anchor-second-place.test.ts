/** An older file of the second place that is taken away or changed while the process runs: an alarm within a few rounds. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { queueEntries } from "#store/pending-entries.ts";
import { asIntruder, dataFolder, startMs } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";
import { registerOperator, toldAlarms, toldDetails } from "../support/log-alarms.ts";

/** Six files: more than are looked at in a round. */
const notes = 1_300;
const rounds = 3;
const folder = dataFolder();
let log: OutsideLog;
let one: SteppedWorker;
let name = 0;

beforeAll(async () => {
  log = await OutsideLog.open(folder, `0x${"47".repeat(32)}`);
});
afterEach(() => one.stop());
afterAll(async () => {
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

/** A worker whose log is anchored, in six files. */
async function worker(): Promise<void> {
  log = await OutsideLog.open(folder, log.key, log.chain);
  name += 1;
  one = await log.worker(join(folder, String(name)), { finality: "immediate" });
  await registerOperator(one.store);
  const queued = Array.from({ length: notes }, (_, at) => {
    return { subject: `urn:test:${at}`, kind: "note", from: startMs, to: startMs, body: { at } };
  });
  await one.store.as({ role: "worker" }, (tx) => queueEntries(tx, queued, startMs));
  await one.note("last");
  await one.round();
  expect(await one.round()).toBe(true);
}

const fileOf = (number: number) => join(one.parts.config.mirrorDir, `entries/000/00${number}.jsonl`);

async function roundsOverAll(): Promise<void> {
  for (let round = 0; round < rounds; round += 1) await one.round();
}

const spoilings: [string, number, (path: string) => void][] = [
  ["the oldest is taken away", 0, (path) => rmSync(path)],
  ["an older one is taken away", 1, (path) => rmSync(path)],
  [
    "the content of one entry is changed",
    1,
    (path) => edit(path, (text) => text.replace('"kind":"note"', '"kind":"nota"')),
  ],
  [
    "a line is cut off an older one",
    0,
    (path) => edit(path, (text) => `${text.trimEnd().split("\n").slice(0, -1).join("\n")}\n`),
  ],
];

function edit(path: string, change: (text: string) => string): void {
  const before = readFileSync(path, "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  writeFileSync(path, after);
}

it("looks at all of it, and finds nothing where nothing was touched", async () => {
  await worker();
  await roundsOverAll();
  await roundsOverAll();
  expect(one.chainSide.status).toMatchObject({ chain: "up" });
  expect(await toldAlarms(one.store)).toEqual([]);
});

it.each(spoilings)("%s: an alarm that names the file, until it is back", async (_, number, spoil) => {
  await worker();
  const kept = readFileSync(fileOf(number));
  spoil(fileOf(number));
  await roundsOverAll();
  expect(await toldAlarms(one.store)).toEqual(["op log-copy lasts"]);
  expect(await toldDetails(one.store, "LOG_COPY")).toEqual([expect.stringContaining(`00${number}.jsonl`)]);
  await one.note("goes on");
  await one.round();
  expect(await one.round()).toBe(true);
  writeFileSync(fileOf(number), kept);
  await roundsOverAll();
  expect(await toldAlarms(one.store)).toEqual(["op log-copy is over"]);
});

it("tells of records that are changed too; a process that starts anew ends nothing that it hasn't seen", async () => {
  await worker();
  const change = (kind: string) =>
    asIntruder(one.store, (tx) => tx.execute(sql`update entries set kind = ${kind} where index = 300`));
  await change("other");
  await roundsOverAll();
  expect(await toldAlarms(one.store)).toEqual(["op log-copy lasts"]);
  await one.stop();
  one = await log.worker(join(folder, String(name)), { finality: "immediate" });
  await one.round();
  expect(await toldAlarms(one.store)).toEqual(["op log-copy lasts"]);
  await change("note");
  await roundsOverAll();
  expect(await toldAlarms(one.store)).toEqual(["op log-copy is over"]);
  expect(one.chainSide.status).toMatchObject({ chain: "up" });
});
