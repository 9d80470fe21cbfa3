/** Endpoints that lie, fall silent or ask for too much (reliability.md C8, C10): anchoring pauses, says so, and goes on later. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { spentSince } from "#anchor/spent-since.ts";
import { newestJob } from "#store/anchor-jobs.ts";
import { dataFolder } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";
import { freePort } from "../support/free-port.ts";
import { registerOperator, toldAlarms, toldDetails } from "../support/log-alarms.ts";
import { type RpcCall, startLyingRpc } from "../support/lying-rpc.ts";

/** PUSH0 PUSH0 REVERT */
const revertAlways = "0x5f5ffd";
const gwei = (amount: number) => `0x${(amount * 1e9).toString(16)}`;
const folder = dataFolder();
const workers: SteppedWorker[] = [];
let log: OutsideLog;
let liar: Awaited<ReturnType<typeof startLyingRpc>>;
let lie: (call: RpcCall) => string | undefined = () => undefined;

beforeAll(async () => {
  const chain = (await OutsideLog.open(folder, `0x${"42".repeat(32)}`)).chain;
  log = await OutsideLog.open(folder, `0x${"43".repeat(32)}`, chain);
  liar = await startLyingRpc(chain.rpcUrl, (call) => lie(call));
});
afterEach(async () => {
  lie = () => undefined;
  for (const worker of workers.splice(0)) await worker.stop();
});
afterAll(async () => {
  await liar.stop();
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

/** A worker of a log of its own in a contract of its own. */
async function worker(name: string, rpcUrls?: string[], settings?: Record<string, string>) {
  log = await OutsideLog.open(folder, log.key, log.chain);
  const chain = { finality: "immediate", ...(rpcUrls === undefined ? {} : { rpcUrls }) } as const;
  const one = await log.worker(join(folder, name), chain, settings);
  workers.push(one);
  await one.note(name);
  return one;
}

/** A head of another root at size 7, as the contract would answer. */
const otherHead = ({ method }: RpcCall) => {
  const words = ["aa".repeat(32), "7".padStart(64, "0"), "1".padStart(64, "0"), "1".padStart(64, "0")];
  return method === "eth_call" ? `0x${words.join("")}${"0".repeat(64)}` : undefined;
};

it("pauses while two endpoints give different heads, and goes on when they agree", async () => {
  const one = await worker("two", [log.chain.rpcUrl, liar.url]);
  await registerOperator(one.store);
  await one.round();
  expect(await toldAlarms(one.store)).toEqual([]);
  const nonce = await log.nonce();
  await one.note("more");
  lie = otherHead;
  expect(await one.round()).toBe(false);
  expect(one.chainSide.status).toMatchObject({
    chain: "disagree",
    detail: expect.stringContaining("2 different"),
  });
  expect(await log.nonce()).toBe(nonce);
  await one.round();
  expect(await toldAlarms(one.store)).toEqual(["op log-disagree lasts"]);
  expect(await toldDetails(one.store, "LOG_DISAGREE")).toEqual([expect.stringContaining("2 different")]);
  lie = () => undefined;
  await one.round();
  expect(await one.round()).toBe(true);
  // Once there is an operator, the service's own keys are entries too.
  expect(await log.headSize()).toBe(6);
  expect(await toldAlarms(one.store)).toEqual(["op log-disagree is over"]);
});

it("believes a liar that it asks alone (control)", async () => {
  const one = await worker("alone", [liar.url]);
  await one.round();
  lie = otherHead;
  await one.round();
  expect(one.chainSide.status).toMatchObject({ chain: "fork" });
});

it("anchors while the second endpoint is silent, but calls nothing final", async () => {
  const one = await worker("silent", [log.chain.rpcUrl, `http://127.0.0.1:${await freePort()}`]);
  await one.round();
  expect(await one.round()).toBe(false);
  expect(one.chainSide.standing).toMatchObject({ latest: 2, finalized: null });
  expect((await one.store.as({ role: "worker" }, newestJob))?.state).toBe("included");
});

it("stops at an endpoint of another chain", async () => {
  lie = ({ method }) => (method === "eth_chainId" ? "0x1" : undefined);
  const one = await worker("foreign", [log.chain.rpcUrl, liar.url]);
  await one.round();
  expect(one.chainSide.status).toMatchObject({ chain: "down", detail: expect.stringContaining("chain 1") });
  expect(await log.headSize()).toBe(0);
});

it("waits while the chain asks for more than the cap, and anchors once it doesn't", async () => {
  const one = await worker("cap", undefined, { ANCHOR_FEE_MAX_GWEI: "20" });
  await registerOperator(one.store);
  await log.chain.rpc("anvil_setNextBlockBaseFeePerGas", [gwei(100)]);
  await log.mine(1);
  const nonce = await log.nonce();
  expect(await one.round()).toBe(false);
  expect(one.chainSide.status).toMatchObject({
    chain: "costly",
    detail: expect.stringContaining("ANCHOR_FEE_MAX"),
  });
  expect(await toldAlarms(one.store)).toEqual(["op log-costly lasts"]);
  expect(await log.nonce()).toBe(nonce);
  await log.chain.rpc("anvil_setNextBlockBaseFeePerGas", [gwei(1)]);
  await log.mine(1);
  await one.round();
  expect(await one.round()).toBe(true);
  expect([await log.anchoredSizes(), await log.nonce()]).toEqual([[2], nonce + 1]);
  expect(await toldAlarms(one.store)).toEqual(["op log-costly is over"]);
});

it("makes a stuck transaction dearer under its nonce, past a spike, and anchors once", async () => {
  const one = await worker("stuck");
  const nonce = await log.nonce();
  await log.chain.rpc("evm_setAutomine", [false]);
  await one.round();
  await log.chain.rpc("anvil_setNextBlockBaseFeePerGas", [gwei(50)]);
  await log.mine(1);
  expect(await log.headSize()).toBe(0);
  one.passMs(31_000);
  await one.round();
  const job = await one.store.as({ role: "worker" }, newestJob);
  expect(job).toMatchObject({ state: "sent", nonce, attempts: 2 });
  await log.chain.rpc("evm_setAutomine", [true]);
  await log.mine(1);
  expect(await one.round()).toBe(true);
  expect([await log.anchoredSizes(), await log.nonce()]).toEqual([[2], nonce + 1]);
  await log.chain.rpc("anvil_setNextBlockBaseFeePerGas", [gwei(1)]);
  await log.mine(1);
});

it("signs nothing more once a day's money may be spent", async () => {
  const one = await worker("spend", undefined, { ANCHOR_SPEND_MAX_GWEI: "1000" });
  await one.round();
  expect(await one.round()).toBe(true);
  await one.note("more");
  await one.round();
  expect(one.chainSide.status).toMatchObject({
    chain: "costly",
    detail: expect.stringContaining("SPEND_MAX"),
  });
  expect(await log.headSize()).toBe(2);
  one.passMs(24 * 3_600_000 + 1);
  await one.round();
  expect(await one.round()).toBe(true);
  expect(await log.anchoredSizes()).toEqual([2, 4]);
});

it("counts what was mined and failed, too, against a day's money", async () => {
  const one = await worker("failed");
  await mineAndFail(one);
  await mineAndFail(one);
  const { wei } = await spentSince(one, 0);
  expect(await log.headSize()).toBe(0);
  for (const running of workers.splice(0)) await running.stop();
  const capped = { ANCHOR_SPEND_MAX_GWEI: String(wei / 1_000_000_000n) };
  const again = await log.worker(join(folder, "failed"), { finality: "immediate" }, capped);
  workers.push(again);
  await again.round();
  expect(again.chainSide.status).toMatchObject({
    chain: "costly",
    detail: expect.stringContaining("SPEND_MAX"),
  });
  expect(await log.headSize()).toBe(0);
  again.passMs(24 * 3_600_000 + 1);
  await again.round();
  expect(await again.round()).toBe(true);
  expect(await log.anchoredSizes()).toEqual([2]);
});

/** A round whose transaction is mined, and fails: the contract is another one while it runs. */
async function mineAndFail(one: SteppedWorker): Promise<void> {
  const nonce = await log.nonce();
  const code = await log.chain.rpc("eth_getCode", [log.contract, "latest"]);
  await log.chain.rpc("evm_setAutomine", [false]);
  await one.round();
  await log.chain.rpc("anvil_setCode", [log.contract, revertAlways]);
  await log.mine(1);
  await log.chain.rpc("anvil_setCode", [log.contract, code]);
  await log.chain.rpc("evm_setAutomine", [true]);
  expect(await log.nonce()).toBe(nonce + 1);
}
