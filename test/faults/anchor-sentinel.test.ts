/** The last 20 anchors are watched, a FORK stops anchoring, and the runbook's way out (docs/anchoring.md) is walked. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { eq } from "drizzle-orm";
import { Interface } from "ethers";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { encodeExtend } from "#anchor/contract.ts";
import { keySigner } from "#anchor/signer.ts";
import { accountOf, nextNonce, signTransaction, waitForReceipt } from "#anchor/transaction.ts";
import artifact from "#contracts/ColdmarkLog.json" with { type: "json" };
import type { TrustFile } from "#domain/log/bundle.ts";
import { consistencyProof, leafHash, treeRoot } from "#domain/log/merkle.ts";
import { readEntries } from "#store/entries.ts";
import { anchorJobs } from "#store/schema/anchor-jobs.ts";
import { asIntruder, dataFolder } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker, testLogId } from "../support/anchor-outside.ts";
import { registerOperator, toldAlarms, toldDetails } from "../support/log-alarms.ts";
import { type RpcCall, startLyingRpc } from "../support/lying-rpc.ts";

const folder = dataFolder();
const workers: SteppedWorker[] = [];
const abi = new Interface(artifact.abi);
let log: OutsideLog;

beforeAll(async () => {
  log = await OutsideLog.open(folder, `0x${"42".repeat(32)}`);
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});
afterAll(async () => {
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

const daySeconds = 86_400;
const asWorker = { role: "worker" } as const;

/** A worker of a log of its own whose first anchors are final. */
async function anchored(name: string, anchors: number, rpcUrl = log.chain.rpcUrl): Promise<SteppedWorker> {
  log = await OutsideLog.open(folder, log.key, log.chain);
  const worker = await log.worker(join(folder, name), { finality: "immediate", rpcUrls: [rpcUrl] });
  workers.push(worker);
  for (let at = 0; at < anchors; at += 1) {
    await worker.note(`${name}-${at}`);
    await worker.round();
    expect(await worker.round()).toBe(true);
  }
  return worker;
}

/** The round in which the sentinel looks again. */
async function watch(worker: SteppedWorker): Promise<string> {
  worker.passMs(60_000);
  await worker.round();
  return worker.chainSide.status.chain;
}

/** The same worker's next process. */
async function startAgain(before: SteppedWorker, name: string): Promise<SteppedWorker> {
  workers.splice(workers.indexOf(before), 1);
  await before.stop();
  const worker = await log.worker(join(folder, name), { finality: "immediate" });
  workers.push(worker);
  return worker;
}

/** Writes another root to the anchor of a size, behind every role; gives the one that was there. */
async function setRoot(worker: SteppedWorker, size: number, root: Uint8Array): Promise<Uint8Array> {
  return asIntruder(worker.store, async (tx) => {
    const [job] = await tx.select().from(anchorJobs).where(eq(anchorJobs.newSize, size));
    await tx.update(anchorJobs).set({ root }).where(eq(anchorJobs.newSize, size));
    return job?.root ?? new Uint8Array();
  });
}

describe("the sentinel", () => {
  it("finds nothing where nothing was changed (control), and an anchor that is no longer ours", async () => {
    const worker = await anchored("records", 3);
    await registerOperator(worker.store);
    expect(await watch(worker)).toBe("up");
    expect(await toldAlarms(worker.store)).toEqual([]);
    const ours = await setRoot(worker, 4, new Uint8Array(32));
    expect(await watch(worker)).toBe("fork");
    expect(worker.chainSide.status.detail).toContain("another root at size 4");
    await worker.round();
    expect(await toldAlarms(worker.store)).toEqual(["op log-fork lasts"]);
    expect(await toldDetails(worker.store, "LOG_FORK")).toEqual([worker.chainSide.status.detail]);

    const stillForked = await startAgain(worker, "records");
    expect(await watch(stillForked)).toBe("fork");
    expect(await toldAlarms(stillForked.store)).toEqual(["op log-fork lasts"]);
    await setRoot(stillForked, 4, ours);
    expect(await watch(stillForked)).toBe("fork");
    const mended = await startAgain(stillForked, "records");
    expect(await watch(mended)).toBe("up");
    expect(await toldAlarms(mended.store)).toEqual(["op log-fork is over"]);
  });

  it("C10: finds a transaction of ours that anchored something else", async () => {
    let lie: (call: RpcCall) => unknown = () => undefined;
    const rpc = await startLyingRpc(log.chain.rpcUrl, (call) => lie(call));
    const worker = await anchored("receipts", 2, rpc.url);
    const [job] = await worker.store.as(asWorker, (tx) =>
      tx.select().from(anchorJobs).where(eq(anchorJobs.newSize, 2)),
    );
    const receipt = await log.chain.rpc("eth_getTransactionReceipt", [job?.txHash]);
    const swapped = JSON.parse(
      JSON.stringify(receipt).replaceAll(Buffer.from(job?.root ?? []).toString("hex"), "ab".repeat(32)),
    );
    lie = ({ method, params }) =>
      method === "eth_getTransactionReceipt" && params[0] === job?.txHash ? swapped : undefined;
    expect(await watch(worker)).toBe("fork");
    expect(worker.chainSide.status.detail).toContain("anchored something else");
    await rpc.stop();
  });

  it("stays calm where a node has forgotten old receipts, and finds a replaced transaction by its event", async () => {
    const worker = await anchored("forgotten", 2);
    const lost = { txHash: `0x${"00".repeat(32)}` };
    await asIntruder(worker.store, (tx) => tx.update(anchorJobs).set(lost).where(eq(anchorJobs.newSize, 2)));
    expect(await watch(worker)).toBe("up");
    const [found] = await worker.store.as(asWorker, (tx) =>
      tx.select().from(anchorJobs).where(eq(anchorJobs.newSize, 2)),
    );
    expect(await log.chain.rpc("eth_getTransactionReceipt", [found?.txHash])).not.toBeNull();
  });
});

describe("the way out of a FORK", () => {
  const send = async (key: string, data: string) => {
    const nonce = await nextNonce(log.chain, accountOf(key));
    const signed = await signTransaction(log.chain, keySigner(key), { to: log.contract, data, nonce });
    await log.chain.sendRaw(signed.raw);
    expect((await waitForReceipt(log.chain, signed.hash)).succeeded).toBe(true);
  };
  const asAdmin = (name: string, ...values: unknown[]) =>
    send(log.chain.fundedKey ?? "", abi.encodeFunctionData(name, [testLogId, ...values]));
  const laterBy = (days: number) => log.chain.rpc("evm_increaseTime", [days * daySeconds]);

  /** One bad extend by whoever stole the publisher's key. */
  async function steal(worker: SteppedWorker): Promise<string> {
    const ours = (await worker.store.as(asWorker, (tx) => readEntries(tx, 0, 100))).map(({ leaf }) => leaf);
    const theirs = [...ours, leafHash(Uint8Array.of(1)), leafHash(Uint8Array.of(2))];
    const proof = consistencyProof(theirs, ours.length);
    return encodeExtend(testLogId, { newSize: BigInt(theirs.length), newRoot: treeRoot(theirs), proof });
  }

  it("C5: freeze, retire the log at its last honest seal, deploy anew under a new key, start again", async () => {
    const worker = await anchored("stolen", 1);
    const honestDay = Math.floor((worker.chainSide.standing?.asOf ?? 0) / 1000 / daySeconds);
    await laterBy(1);
    await send(log.key, await steal(worker));

    await worker.round();
    expect(worker.chainSide.status.chain).toBe("fork");
    const nonce = await log.nonce();
    await worker.note("what comes in meanwhile");
    await worker.round();
    expect(await log.nonce()).toBe(nonce);

    await asAdmin("freeze");
    await expect(send(log.key, await steal(worker))).rejects.toMatchObject({ code: "CONFLICT" });
    await asAdmin("proposeRetirement", honestDay, `0x${"00".repeat(32)}`);
    await laterBy(2);
    await asAdmin("retire", honestDay, `0x${"00".repeat(32)}`);
    expect(await log.chain.head(log.contract, testLogId, "latest")).toMatchObject({ retired: true });

    await worker.stop();
    workers.length = 0;
    const old = log;
    log = await OutsideLog.open(folder, `0x${"77".repeat(32)}`, log.chain);
    const after = await log.worker(join(folder, "stolen"), { finality: "immediate" });
    workers.push(after);
    await after.round();
    expect(await after.round()).toBe(true);
    expect([await log.anchoredSizes(), await old.headSize()]).toEqual([[4], 4]);
    const trust = JSON.parse(readFileSync(join(folder, "stolen", "trust.json"), "utf8")) as TrustFile;
    expect(trust.contract).toBe(log.contract);
  });
});
