/** Endpoints that take a call and never answer it (reliability.md C10), whatever the worker is at: anchored once, by the other or later. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { newestInboxId } from "#store/inbox-hashes.ts";
import { dataFolder, receiveWindows } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";
import { registerOperator, toldAlarms } from "../support/log-alarms.ts";
import { doneInSilence, type RpcCall, startLyingRpc } from "../support/lying-rpc.ts";

/** Long enough for an honest answer, short enough for a test; 10 s outside of it. */
const timeoutMs = 1_000;
const folder = dataFolder();
const workers: SteppedWorker[] = [];
let log: OutsideLog;
let silent: Awaited<ReturnType<typeof startLyingRpc>>;
let lie: (call: RpcCall) => unknown = () => undefined;
let name = 0;

beforeAll(async () => {
  log = await OutsideLog.open(folder, `0x${"44".repeat(32)}`);
  silent = await startLyingRpc(log.chain.rpcUrl, (call) => lie(call));
});
afterEach(async () => {
  lie = () => undefined;
  for (const worker of workers.splice(0)) await worker.stop();
});
afterAll(async () => {
  await silent.stop();
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

/** A worker of a log of its own, with something to anchor. */
async function worker(rpcUrls: string[]): Promise<SteppedWorker> {
  log = await OutsideLog.open(folder, log.key, log.chain);
  name += 1;
  const one = await log.worker(join(folder, String(name)), { finality: "immediate", rpcUrls, timeoutMs });
  workers.push(one);
  await registerOperator(one.store);
  await one.note("first");
  return one;
}

/** What an endpoint is silent about, and whether it does what it was told before it falls silent. */
const phases = [
  ["everything", () => true, null],
  ["the newest block", isCalled("eth_blockNumber"), null],
  ["the head", isCalled("eth_call"), null],
  ["the nonce", isCalled("eth_getTransactionCount"), null],
  ["gas", isCalled("eth_estimateGas"), null],
  ["fees", isCalled("eth_getBlockByNumber"), null],
  ["a transaction that it forgets", isCalled("eth_sendRawTransaction"), null],
  ["a transaction that it passes on", isCalled("eth_sendRawTransaction"), doneInSilence],
  ["the receipt", isCalled("eth_getTransactionReceipt"), null],
] as const;

function isCalled(wanted: string): (call: RpcCall) => boolean {
  return ({ method }) => method === wanted;
}

/** Makes the endpoint silent about some calls; resolves at the first of them. */
function fallSilent(isMeant: (call: RpcCall) => boolean, how: null | typeof doneInSilence): Promise<void> {
  return new Promise((resolve) => {
    lie = (call) => {
      if (!isMeant(call)) return undefined;
      resolve();
      return how;
    };
  });
}

/** Two rounds, as what is sent in one is looked for in the next; gives what each came to. */
async function twoRounds(one: SteppedWorker): Promise<SteppedWorker["chainSide"]["status"][]> {
  await one.round();
  const first = one.chainSide.status;
  await one.round();
  return [first, one.chainSide.status];
}

/** Rounds until the head has this size; what they come to is for the test to judge. */
async function roundsUntil(one: SteppedWorker, size: number): Promise<void> {
  for (let round = 0; round < 4 && (await log.headSize()) < size; round += 1) await one.round();
  await one.round();
}

describe("C10: an endpoint that takes the call and never answers", () => {
  it.each(phases)(
    "about %s: the other endpoint anchors, once",
    async (_, isMeant, how) => {
      const one = await worker([silent.url, log.chain.rpcUrl]);
      const nonce = await log.nonce();
      const isSilent = fallSilent(isMeant, how);
      await roundsUntil(one, 4);
      await isSilent;
      expect(one.chainSide.status).toMatchObject({ chain: "up" });
      expect([await log.anchoredSizes(), (await log.nonce()) - nonce]).toEqual([[4], 1]);
      lie = () => undefined;
      expect(await one.round()).toBe(true);
      expect([await log.anchoredSizes(), (await log.nonce()) - nonce]).toEqual([[4], 1]);
      expect(await toldAlarms(one.store)).toEqual([]);
    },
    60_000,
  );

  it.each(phases)(
    "about %s, and there is no other: says so, takes messages and entries meanwhile, anchors later, once",
    async (_, isMeant, how) => {
      const one = await worker([silent.url]);
      const nonce = await log.nonce();
      const isSilent = fallSilent(isMeant, how);
      const rounds = twoRounds(one);
      await isSilent;
      await receiveWindows(one.store, 0, 1);
      await one.note("meanwhile");
      expect(await one.store.as({ role: "worker" }, newestInboxId)).toBeGreaterThan(0);
      const told = await rounds;
      expect(told.some(({ chain, detail }) => chain === "down" && /didn't answer/.test(detail ?? ""))).toBe(
        true,
      );
      expect(told.every(({ chain }) => chain === "down" || chain === "up")).toBe(true);
      lie = () => undefined;
      await roundsUntil(one, 6);
      expect(await one.round()).toBe(true);
      const sizes = await log.anchoredSizes();
      expect([sizes.at(-1), new Set(sizes).size, (await log.nonce()) - nonce]).toEqual([
        6,
        sizes.length,
        sizes.length,
      ]);
    },
    60_000,
  );
});
