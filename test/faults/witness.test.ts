/** Witnesses (C2SP tlog-witness): what they sign goes out with the checkpoint; what one does wrong, or never, holds up nothing. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import pino from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startAnchor } from "#anchor/run.ts";
import { Witness } from "#anchor/witness.ts";
import { openCheckpoint, vkeyOf } from "#domain/log/checkpoint.ts";
import { findCosignature, parseWitnessKey, type WitnessKey } from "#domain/log/cosignature.ts";
import { readCheckpoint } from "#services/log/read-tiles.ts";
import { saveMirroredSize } from "#store/mirrored.ts";
import { findAnchoredTree } from "#store/stretches.ts";
import { TileFolder } from "#store/tile-folder.ts";
import { dataFolder, keyOf } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";
import { type WitnessFault, WitnessServer } from "../support/witness-server.ts";

const logKey = vkeyOf("coldmark.local/log", keyOf(1).publicKey);
const folder = dataFolder();
let log: OutsideLog;
let worker: SteppedWorker;
let server: WitnessServer;
let witness: Witness | null = null;
let cases = 0;

beforeAll(async () => {
  log = await OutsideLog.open(folder, `0x${"42".repeat(32)}`);
});
beforeEach(async () => {
  log = await OutsideLog.open(folder, log.key, log.chain);
  server = await WitnessServer.start([logKey]);
  const settings = { WITNESS_URLS: server.url, WITNESS_KEYS: server.vkey };
  cases += 1;
  worker = await log.worker(join(folder, `records-${cases}`), { finality: "immediate" }, settings);
  await worker.store.as({ role: "worker" }, (tx) => saveMirroredSize(tx, Number.MAX_SAFE_INTEGER));
});
afterEach(async () => {
  await witness?.stop();
  witness = null;
  await server.stop();
  await worker.stop();
});
afterAll(async () => {
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

const keyOfWitness = () => parseWitnessKey(server.vkey) as WitnessKey;
/** A client that looks often, so that no case waits for it. */
function handIn(durable = () => Number.MAX_SAFE_INTEGER): void {
  const parts = { store: worker.store, log: pino({ level: "silent" }), durable, pauseMs: 5 };
  witness = new Witness(parts, { url: server.url, key: keyOfWitness() });
}
/** The size that the checkpoint we serve was cosigned at; null while it isn't. */
async function cosignedSize(): Promise<number | null> {
  const note = await readCheckpoint({ store: worker.store });
  const opened = openCheckpoint(note, [logKey]);
  if ("error" in opened) throw new Error(opened.error);
  const [body = "", lines = ""] = note.split("\n\n");
  return findCosignature(lines, `${body}\n`, keyOfWitness()) === null ? null : Number(opened.size);
}

it("serves what a witness signed with the checkpoint, also as the log grows", async () => {
  await worker.note("one");
  expect(await cosignedSize()).toBeNull();
  handIn();
  await expect.poll(cosignedSize).toBe(2);
  await worker.note("two");
  await expect.poll(cosignedSize).toBe(4);
  expect(server.answers).toEqual([200, 200]);
});

it("adds what it signed to the checkpoint of the folder for static hosts, and to the one that bundles carry", async () => {
  await worker.note("one");
  for (let round = 0; round < 2; round += 1) await worker.round();
  const files = new TileFolder(worker.parts.config.mirrorDir);
  const bundled = async () => (await worker.store.as({ role: "worker" }, findAnchoredTree))?.note;
  const bare = await files.checkpoint();
  expect(await bundled()).toBe(bare);
  handIn();
  await expect.poll(cosignedSize).toBe(2);
  const cosigned = await readCheckpoint({ store: worker.store });
  expect(await bundled()).toBe(cosigned);
  expect(await files.checkpoint()).toBe(bare);
  await worker.round();
  expect(await files.checkpoint()).toBe(cosigned);
  await witness?.stop();
  await worker.note("two");
  await worker.round();
  expect(openCheckpoint((await files.checkpoint()) ?? "", [logKey])).toMatchObject({ size: 4n });
});

it("starts from the size that the witness names, where it was set back or began anew", async () => {
  await worker.note("one");
  handIn();
  await expect.poll(cosignedSize).toBe(2);
  const older = server.tree;
  await worker.note("two");
  await expect.poll(cosignedSize).toBe(4);
  for (const [tree, size] of [
    [older, 6],
    [null, 8],
  ] as const) {
    server.tree = tree;
    await worker.note(`at ${size}`);
    await expect.poll(cosignedSize).toBe(size);
  }
  expect(server.answers).toEqual([200, 200, 409, 200, 409, 200]);
});

it.each<WitnessFault>(["wrong-key", "wrong-tree", "too-long"])(
  "keeps nothing of a witness with fault %s, and what it signs once it has none",
  async (fault) => {
    await worker.note("one");
    server.fault = fault;
    const answered = server.nextAnswer();
    handIn();
    expect([await answered, await server.nextAnswer()]).toEqual([200, 409]);
    expect(await cosignedSize()).toBeNull();
    server.fault = null;
    await expect.poll(cosignedSize).toBe(2);
  },
);

it("hands in nothing that the second place doesn't hold yet", async () => {
  await worker.note("one");
  await worker.note("two");
  let durable = 2;
  handIn(() => durable);
  await server.nextAnswer();
  expect([Number(server.tree?.size), await cosignedSize()]).toEqual([2, null]);
  durable = 4;
  await expect.poll(cosignedSize).toBe(4);
});

it("hands in no smaller tree than the witness knows", async () => {
  await worker.note("one");
  handIn();
  await expect.poll(cosignedSize).toBe(2);
  server.tree = { size: 7n, root: new Uint8Array(32) };
  const answered = server.nextAnswer();
  await worker.note("two");
  expect(await answered).toBe(409);
  for (const text of ["three", "four"]) await worker.note(text);
  expect([await server.nextAnswer(), await cosignedSize()]).toEqual([422, null]);
  expect(server.answers.slice(0, 3)).toEqual([200, 409, 422]);
});

it("anchors to the end while its witness hangs, and stops at once", async () => {
  server.fault = "hangs";
  await worker.note("one");
  const asked = server.nextAnswer();
  const anchor = startAnchor(worker.parts);
  expect(await asked).toBe(0);
  expect(await anchor.anchorNow()).toBe(true);
  expect([await log.headSize(), await cosignedSize()]).toEqual([2, null]);
  await anchor.stop();
  expect(server.answers).toEqual([0]);
});
