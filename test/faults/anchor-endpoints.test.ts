/** Endpoints that lie, fall silent or ask for too much (reliability.md C8, C10): anchoring pauses, says so, and goes on later. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Wallet } from "ethers";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { ChainRound } from "#anchor/chain-round.ts";
import { noteSent } from "#anchor/sign-call.ts";
import { keySigner } from "#anchor/signer.ts";
import { spentSince } from "#anchor/spent-since.ts";
import { readCheckpoint } from "#services/log/read-tiles.ts";
import { newestJob } from "#store/anchor-jobs.ts";
import { dataFolder, keyOf } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";
import { freePort } from "../support/free-port.ts";
import { registerOperator, toldAlarms, toldDetails } from "../support/log-alarms.ts";
import { behindAt, Refused, type RpcCall, startLyingRpc } from "../support/lying-rpc.ts";

/** PUSH0 PUSH0 REVERT */
const revertAlways = "0x5f5ffd";
const gwei = (amount: number) => `0x${(amount * 1e9).toString(16)}`;
const folder = dataFolder();
const workers: SteppedWorker[] = [];
let log: OutsideLog;
let liar: Awaited<ReturnType<typeof startLyingRpc>>;
let lie: (call: RpcCall) => unknown = () => undefined;

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

it("C10: pauses while two endpoints give different heads, and goes on when they agree", async () => {
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

it("C10: anchors while the second endpoint is silent, but calls nothing final", async () => {
  const one = await worker("silent", [log.chain.rpcUrl, `http://127.0.0.1:${await freePort()}`]);
  await one.round();
  expect(await one.round()).toBe(false);
  expect(one.chainSide.standing).toMatchObject({ latest: 2, finalized: null });
  expect((await one.store.as({ role: "worker" }, newestJob))?.state).toBe("included");
});

it("C10: anchors though its first endpoint is far behind, and final once that one has caught up", async () => {
  const one = await worker("behind", [liar.url, log.chain.rpcUrl]);
  await one.round();
  expect(await one.round()).toBe(true);
  lie = behindAt(Number(await log.chain.rpc("eth_blockNumber", [])));
  await log.mine(7);
  for (const size of [4, 6]) {
    await one.note(`at ${size}`);
    await one.round();
    await one.round();
    expect(one.chainSide.status).toMatchObject({ chain: "up" });
    expect([await log.headSize(), one.chainSide.standing?.finalized]).toEqual([size, 2]);
  }
  const job = await one.store.as({ role: "worker" }, newestJob);
  expect(await log.chain.rpc("eth_getTransactionReceipt", [job?.txHash])).not.toBeNull();
  expect(job).toMatchObject({ state: "included", blockNumber: expect.any(Number) });
  lie = () => undefined;
  expect(await one.round()).toBe(true);
  expect(await log.anchoredSizes()).toEqual([2, 4, 6]);
});

it("C10: anchors though its first endpoint refuses everything, fails, or takes no transactions", async () => {
  const one = await worker("refusing", [liar.url, log.chain.rpcUrl]);
  const isSend = ({ method }: RpcCall) => method === "eth_sendRawTransaction";
  for (const [at, refuse] of [
    () => new Refused("unauthorized", 401),
    () => new Refused("internal error", 500),
    (call: RpcCall) => (isSend(call) ? new Refused("forbidden", 403) : undefined),
  ].entries()) {
    lie = refuse;
    await one.note(`refused ${at}`);
    await one.round();
    await one.round();
    expect([one.chainSide.status.chain, await log.headSize()]).toEqual(["up", 4 + 2 * at]);
  }
  lie = () => undefined;
  expect(await one.round()).toBe(true);
});

it("makes the log durable where its chain is away, or there is none at all, and only then hands its checkpoint out", async () => {
  const one = await worker("away", [`http://127.0.0.1:${await freePort()}`]);
  const served = async () => (await readCheckpoint(one)).split("\n")[1];
  await expect(served()).rejects.toMatchObject({ code: "NOT_FOUND" });
  await one.round();
  expect([one.chainSide.status.chain, await served()]).toEqual(["down", "2"]);
  const settings = { kind: "anvil", statePath: join(folder, "none.json"), binaryPath: "/nowhere" } as const;
  const absent = new ChainRound(one.parts, settings, keyOf(1));
  for (const size of ["4", "6"]) {
    await one.note(`without ${size}`);
    await absent.run();
    expect([absent.status.chain, await served()]).toEqual(["absent", size]);
  }
});

it("C10: calls a person once nothing got through for 15 min, and not before; over when its chain answers", async () => {
  const one = await worker("unreached", [liar.url]);
  await registerOperator(one.store);
  await one.round();
  lie = () => new Refused("bad gateway", 502);
  for (const passed of [0, 14]) {
    one.passMs(passed * 60_000);
    await one.round();
    expect([one.chainSide.status.chain, await toldAlarms(one.store)]).toEqual(["down", []]);
  }
  const refuses = lie;
  lie = () => undefined;
  await one.round();
  lie = refuses;
  await one.round();
  one.passMs(14 * 60_000);
  await one.round();
  // One round that came through in between begins the time anew (control).
  expect(await toldAlarms(one.store)).toEqual([]);
  one.passMs(60_000);
  for (let round = 0; round < 2; round += 1) await one.round();
  expect(await toldAlarms(one.store)).toEqual(["op log-down lasts"]);
  expect(await toldDetails(one.store, "LOG_DOWN")).toEqual([expect.stringContaining("bad gateway")]);
  lie = () => undefined;
  await one.round();
  expect(await toldAlarms(one.store)).toEqual(["op log-down is over"]);
});

it("fills its second place again where that was emptied while it runs, before the next anchor", async () => {
  const one = await worker("emptied", [liar.url]);
  await one.round();
  const place = join(one.parts.config.mirrorDir, "entries");
  const held = () => readFileSync(join(place, "000/000.jsonl"), "utf8").trimEnd().split("\n");
  const atSend: number[] = [];
  lie = ({ method }) => {
    if (method === "eth_sendRawTransaction") atSend.push(held().length);
  };
  expect(held()).toHaveLength(2);
  rmSync(place, { recursive: true });
  await one.note("more");
  await one.round();
  expect([await log.headSize(), atSend]).toEqual([4, [4]]);
  expect(held().map((line) => JSON.parse(line).index)).toEqual([0, 1, 2, 3]);
  rmSync(one.parts.config.mirrorDir, { recursive: true });
  expect(await one.round()).toBe(true);
  expect(held()).toHaveLength(4);
});

it("C10: stops at an endpoint of another chain", async () => {
  lie = ({ method }) => (method === "eth_chainId" ? "0x1" : undefined);
  const one = await worker("foreign", [log.chain.rpcUrl, liar.url]);
  await one.round();
  expect(one.chainSide.status).toMatchObject({ chain: "down", detail: expect.stringContaining("chain 1") });
  expect(await log.headSize()).toBe(0);
});

/** A block with this base fee, in gwei. */
async function askFor(amount: number): Promise<void> {
  await log.chain.rpc("anvil_setNextBlockBaseFeePerGas", [gwei(amount)]);
  await log.mine(1);
}

it("C8: waits while the chain asks for more than the cap, and anchors once it doesn't", async () => {
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

it("C8: makes a stuck transaction dearer under its nonce, past a spike, and anchors once", async () => {
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

const spentWei = async ({ store }: SteppedWorker) => (await spentSince({ store, chain: log.chain }, 0)).wei;

/** What may have been spent, in gwei, raised by so many parts of it, rounded up: a cap for the next worker. */
async function spentGwei(one: SteppedWorker, parts = 0n): Promise<string> {
  const wei = await spentWei(one);
  return String((wei + (wei * parts) / 10n) / 1_000_000_000n + 1n);
}

/** The same records under another cap. */
async function reopened(name: string, cap: string): Promise<SteppedWorker> {
  for (const running of workers.splice(0)) await running.stop();
  const again = await log.worker(
    join(folder, name),
    { finality: "immediate" },
    { ANCHOR_SPEND_MAX_GWEI: cap },
  );
  workers.push(again);
  return again;
}
const spentUp = { chain: "costly", detail: expect.stringContaining("SPEND_MAX") };

it("C8: signs nothing that a day's money doesn't cover with what was sent before", async () => {
  const first = await worker("spend");
  await first.round();
  expect(await first.round()).toBe(true);
  const one = await reopened("spend", await spentGwei(first, 5n));
  await one.note("more");
  await one.round();
  expect(one.chainSide.status).toMatchObject(spentUp);
  expect(await log.headSize()).toBe(2);
  one.passMs(24 * 3_600_000 + 1);
  await one.round();
  expect(await one.round()).toBe(true);
  expect(await log.anchoredSizes()).toEqual([2, 4]);
});

it("makes nothing dearer than a day's money covers, and counts one of a nonce once", async () => {
  const first = await worker("bump");
  await log.chain.rpc("evm_setAutomine", [false]);
  await first.round();
  const caps = [await spentGwei(first), await spentGwei(first, 5n)] as const;
  for (const [at, { cap, attempts, status }] of [
    // What was sent pays what the chain asks for: it only waits for its turn.
    { cap: caps[0], attempts: 1, status: { chain: "up" } },
    { cap: caps[1], attempts: 2, status: { chain: "up" } },
    { cap: caps[1], attempts: 2, status: spentUp },
  ].entries()) {
    if (status === spentUp) await askFor(50);
    const one = await reopened("bump", cap);
    one.passMs(31_000 * (at + 1));
    await one.round();
    expect(await one.store.as({ role: "worker" }, newestJob)).toMatchObject({ attempts });
    expect(one.chainSide.status).toMatchObject(status);
  }
  await log.chain.rpc("evm_setAutomine", [true]);
  await askFor(1);
});

it("counts only what was sent to this chain, whatever nonces the account used on another", async () => {
  const one = await worker("elsewhere", undefined, { ANCHOR_SPEND_MAX_GWEI: "10000000" });
  const nonce = await log.nonce();
  for (const used of [nonce, nonce + 1])
    await noteTransaction(one, used, { chainId: 5, gasPrice: 10n ** 18n });
  await one.round();
  expect(await one.round()).toBe(true);
  expect(await log.headSize()).toBe(2);
  expect(await spentWei(one)).toBeGreaterThan(0n);
});

it("C8: sends again at the cap what the pool dropped, and calls nothing costly that pays what the chain asks for", async () => {
  const one = await worker("dropped", undefined, { ANCHOR_FEE_MAX_GWEI: "20" });
  await registerOperator(one.store);
  await log.chain.rpc("evm_setAutomine", [false]);
  await askFor(15);
  await one.round();
  const job = await one.store.as({ role: "worker" }, newestJob);
  await log.chain.rpc("anvil_dropTransaction", [job?.txHash]);
  // The control: nobody else sends it.
  await log.mine(1);
  expect(await log.headSize()).toBe(0);
  one.passMs(31_000);
  await one.round();
  expect(one.chainSide.status).toMatchObject({ chain: "up" });
  await log.mine(1);
  await log.chain.rpc("evm_setAutomine", [true]);
  expect(await one.round()).toBe(true);
  expect(await log.anchoredSizes()).toEqual([2]);
  expect(await toldAlarms(one.store)).toEqual([]);
  await askFor(1);
});

it("counts what was mined and failed, and the dearer one of a nonce whichever came last, against a day's money", async () => {
  const one = await worker("failed");
  await mineAndFail(one);
  await mineAndFail(one);
  const wei = await spentWei(one);
  await noteTransaction(one, (await log.nonce()) - 1);
  expect(await spentWei(one)).toBe(wei);
  expect(await log.headSize()).toBe(0);
  const again = await reopened("failed", String(wei / 1_000_000_000n));
  await again.round();
  expect(again.chainSide.status).toMatchObject(spentUp);
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

/** Notes a transaction as sent: a cheap one to this chain, if nothing else is said. */
async function noteTransaction(one: SteppedWorker, nonce: number, other: object = {}): Promise<void> {
  const fields = {
    to: log.contract,
    nonce,
    chainId: 31_337,
    gasLimit: 21_000,
    gasPrice: 1,
    type: 0,
    ...other,
  };
  const raw = await new Wallet(log.key).signTransaction(fields);
  const by = {
    chain: { ...log.chain, chainId: fields.chainId },
    signer: keySigner(log.key),
    clock: one.parts.clock,
  };
  await one.store.as({ role: "worker" }, (tx) => noteSent(tx, by, { raw, hash: "", nonce }));
}
