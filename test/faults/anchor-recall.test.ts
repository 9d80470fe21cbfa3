/** A recall of ours reaches the log within ANCHOR_URGENT_MS, and the contract once, by the GTIN's right (design §5). */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { Transaction } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  decodeRevocation,
  encodeRevocation,
  encodeRevoke,
  encodeSetRevoker,
  lotSubject,
} from "#anchor/contract.ts";
import { keySigner } from "#anchor/signer.ts";
import { spentSince } from "#anchor/spent-since.ts";
import { accountOf, nextNonce, signTransaction, waitForReceipt } from "#anchor/transaction.ts";
import { recallLot } from "#services/packs/recall-lot.ts";
import { queueEntry } from "#store/pending-entries.ts";
import { lots } from "#store/schema/lots.ts";
import { products } from "#store/schema/products.ts";
import { transactionsSentSince, transactionUnder } from "#store/sent-transactions.ts";
import { dataFolder, startMs } from "../support/anchor-network.ts";
import { OutsideLog, type SteppedWorker } from "../support/anchor-outside.ts";

const gtin = "06901234567892";
const tenant = "maker";
const revokeCall = encodeRevoke(gtin, "L1", 1).slice(0, 10);
const folder = dataFolder();
let log: OutsideLog;
let worker: SteppedWorker;

beforeAll(async () => {
  log = await OutsideLog.open(folder, `0x${"42".repeat(32)}`);
  worker = await log.worker(join(folder, "records"), { finality: "immediate" });
  await worker.store.as({ role: "app", tenant }, async (tx) => {
    const accepted = { acceptedAt: startMs, offline: false };
    const label = { names: { zh: "药", en: "Drug" }, lowerMilliC: 2_000, upperMilliC: 8_000 };
    await tx
      .insert(products)
      .values({ tenantId: tenant, gtin, ...label, effectiveFrom: startMs, ...accepted });
    const lot = { tenantId: tenant, gtin, expiry: "2027-01-31", acceptedAt: startMs };
    await tx
      .insert(lots)
      .values(["L1", "L2", "L3", "L4", "L5", "L6"].map((number) => ({ ...lot, lot: number })));
  });
});
afterAll(async () => {
  await worker.stop();
  await log.chain.stop();
  rmSync(folder, { recursive: true });
});

const recall = (lot: string) => {
  const { store, parts } = worker;
  const actor = { kind: "key", id: "k", tenant, scopes: ["capture"] } as const;
  return recallLot({ store, config: parts.config, clock: parts.clock, log: parts.log, actor } as never, {
    ...{ gtin, lot },
    reason: "particles",
  });
};
const sinceOnChain = async (lot: string) => {
  const data = encodeRevocation(lotSubject(gtin, lot));
  const answer = await log.chain.rpc("eth_call", [{ to: log.contract, data }, "latest"]);
  return decodeRevocation(String(answer)).sinceS;
};

it("is anchored after 30 s, where another entry would wait for 10 min (control)", async () => {
  const calm = { subject: "urn:test:calm", kind: "note", from: 1, to: 1, body: {} };
  await worker.store.as({ role: "worker" }, (tx) => queueEntry(tx, calm, worker.parts.clock()));
  expect(await worker.plan()).toBeNull();
  worker.passMs(30_000);
  expect(await worker.plan()).toBeNull();
  await recall("L1");
  worker.passMs(29_999);
  expect(await worker.plan()).toBeNull();
  worker.passMs(1);
  const planned = await worker.plan();
  await worker.round();
  await worker.round();
  expect(await log.headSize()).toBe(planned);
});

it("is not sent where the contract doesn't let us speak for the GTIN", async () => {
  const nonce = await log.nonce();
  expect(await worker.round()).toBe(true);
  expect([await sinceOnChain("L1"), await log.nonce()]).toEqual([0, nonce]);
});

it("revokes the lot on chain, once, also after a start that remembers nothing, and no other lot", async () => {
  const admin = log.chain.fundedKey ?? "";
  const data = encodeSetRevoker(gtin, log.account, true);
  const nonce = await nextNonce(log.chain, accountOf(admin));
  const signed = await signTransaction(log.chain, keySigner(admin), { to: log.contract, data, nonce });
  await log.chain.sendRaw(signed.raw);
  await waitForReceipt(log.chain, signed.hash);

  const before = await log.nonce();
  expect(await worker.round()).toBe(false);
  expect(await worker.round()).toBe(true);
  expect(await sinceOnChain("L1")).toBeGreaterThan(0);
  await worker.stop();
  worker = await log.worker(join(folder, "records"), { finality: "immediate" });
  expect(await worker.round()).toBe(true);
  expect([await sinceOnChain("L2"), await log.nonce()]).toEqual([0, before + 1]);
});

it("goes out again when the chain took it back", async () => {
  await recall("L2");
  expect(await worker.round()).toBe(false);
  expect(await sinceOnChain("L2")).toBeGreaterThan(0);
  await log.chain.rpc("anvil_reorg", [1, []]);
  expect(await sinceOnChain("L2")).toBe(0);
  worker.passMs(60_000);
  await worker.round();
  expect(await worker.round()).toBe(true);
  expect(await sinceOnChain("L2")).toBeGreaterThan(0);
});

it("goes out again as it is, after 30 s dearer; an anchor that comes then is dearer than it", async () => {
  await log.chain.rpc("evm_setAutomine", [false]);
  await recall("L3");
  const nonce = await log.nonce();
  const offered = async () => {
    await worker.round();
    const place = { account: log.account, nonce };
    const sent = await worker.store.as({ role: "worker" }, (tx) => transactionUnder(tx, place));
    const { hash, maxFeePerGas, data } = Transaction.from(sent?.rawTx);
    expect(await log.chain.rpc("eth_getTransactionByHash", [hash])).not.toBeNull();
    return { fee: maxFeePerGas ?? 0n, isRecall: data.startsWith(revokeCall) };
  };
  const first = await offered();
  worker.passMs(29_000);
  expect(await offered()).toEqual(first);
  worker.passMs(1_000);
  const dearer = await offered();
  expect(dearer.isRecall).toBe(true);
  expect(dearer.fee * 8n).toBeGreaterThan(first.fee * 9n);
  const before = await log.headSize();
  await worker.note("meanwhile");
  const anchor = await offered();
  expect(anchor.isRecall).toBe(false);
  expect(anchor.fee * 8n).toBeGreaterThan(dearer.fee * 9n);
  await log.mine(1);
  expect(await log.headSize()).toBeGreaterThan(before);
  await log.chain.rpc("evm_setAutomine", [true]);
  await worker.round();
  expect(await worker.round()).toBe(true);
  expect([(await sinceOnChain("L3")) > 0, await log.nonce()]).toEqual([true, nonce + 2]);
});

it("counts what recalls cost, and is not sent where a day's money doesn't cover it", async () => {
  const sent = await worker.store.as({ role: "worker" }, (tx) => transactionsSentSince(tx, 0));
  const isRecall = ({ rawTx }: { rawTx: string }) => Transaction.from(rawTx).data.startsWith(revokeCall);
  expect(sent.filter(isRecall)).toHaveLength(3);
  const { wei } = await spentSince({ store: worker.store, chain: log.chain }, 0);
  await worker.stop();
  const capped = { ANCHOR_SPEND_MAX_GWEI: String(wei / 1_000_000_000n) };
  worker = await log.worker(join(folder, "records"), { finality: "immediate" }, capped);
  await recall("L4");
  await worker.round();
  expect(await sinceOnChain("L4")).toBe(0);
  expect(worker.chainSide.status).toMatchObject({
    chain: "costly",
    detail: expect.stringContaining("SPEND_MAX"),
  });
  worker.passMs(25 * 3_600_000);
  await worker.round();
  expect(await worker.round()).toBe(true);
  expect(await sinceOnChain("L4")).toBeGreaterThan(0);
});

it("stands in no anchor's way where a pool dropped it and neither may be dearer: by the cap on a fee", async () => {
  await startAgain({ ANCHOR_FEE_MAX_GWEI: "20" });
  await askFor(15);
  await recallAndDrop("L5");
  const before = await log.headSize();
  await worker.note("beside L5");
  await worker.round();
  await log.mine(1);
  expect(await log.headSize()).toBeGreaterThan(before);
  await log.chain.rpc("evm_setAutomine", [true]);
  for (let round = 0; round < 2; round += 1) await worker.round();
  expect(await sinceOnChain("L5")).toBeGreaterThan(0);
  await askFor(1);
});

it("goes out again before the anchor that a day's money doesn't cover in its place", async () => {
  await startAgain({});
  const hash = await recallAndDrop("L6");
  const aDayAgo = worker.parts.clock() - 24 * 3_600_000;
  const { wei } = await spentSince({ store: worker.store, chain: log.chain }, aDayAgo);
  await startAgain({ ANCHOR_SPEND_MAX_GWEI: String(wei / 1_000_000_000n + 1n) });
  // It pays what the chain asks for: that it can't be dearer costs nobody's sleep.
  worker.passMs(30_000);
  await worker.round();
  expect(worker.chainSide.status).toMatchObject({ chain: "up" });
  await log.chain.rpc("anvil_dropTransaction", [hash]);
  await worker.note("beside L6");
  const before = await log.headSize();
  await worker.round();
  await log.mine(1);
  expect([await log.headSize(), (await sinceOnChain("L6")) > 0]).toEqual([before, true]);
  await log.chain.rpc("evm_setAutomine", [true]);
});

/** The same records' next process. */
async function startAgain(settings: Record<string, string>): Promise<void> {
  await worker.stop();
  worker = await log.worker(join(folder, "records"), { finality: "immediate" }, settings);
  // Its clock starts anew: what was sent before is of another day.
  worker.passMs(72 * 3_600_000);
}

async function askFor(gwei: number): Promise<void> {
  await log.chain.rpc("anvil_setNextBlockBaseFeePerGas", [`0x${(gwei * 1e9).toString(16)}`]);
  await log.mine(1);
}

/** A recall that was sent, and that no block and no pool has. */
async function recallAndDrop(lot: string): Promise<string | null> {
  await log.chain.rpc("evm_setAutomine", [false]);
  const nonce = await log.nonce();
  await recall(lot);
  await worker.round();
  const place = { account: log.account, nonce };
  const sent = await worker.store.as({ role: "worker" }, (tx) => transactionUnder(tx, place));
  const { hash, data } = Transaction.from(sent?.rawTx);
  expect(data.startsWith(revokeCall)).toBe(true);
  await log.chain.rpc("anvil_dropTransaction", [hash]);
  expect(await log.chain.rpc("eth_getTransactionByHash", [hash])).toBeNull();
  return hash;
}
