import { Transaction, Wallet } from "ethers";
import { expect, it } from "vitest";
import { dearerTransaction } from "./dearer-transaction.ts";
import { keySigner } from "./signer.ts";

const key = `0x${"11".repeat(32)}`;
const fields = { to: `0x${"22".repeat(20)}`, data: "0x01", nonce: 5, chainId: 31_337, gasLimit: 90_000n };
const sign = (fees: object) => new Wallet(key).signTransaction({ ...fields, ...fees });
const cheap = { type: 2, maxFeePerGas: 10n, maxPriorityFeePerGas: 1n } as const;

it("raises both fees by at least an eighth and changes nothing else", async () => {
  const raw = await sign({ type: 2, maxFeePerGas: 1_000n, maxPriorityFeePerGas: 7n });
  const dearer = await dearerTransaction(raw, keySigner(key), { now: cheap, maxWei: 1_126n });
  const found = Transaction.from(dearer.raw);
  const fees = { maxFeePerGas: 1_126n, maxPriorityFeePerGas: 8n };
  expect(found).toMatchObject({ ...fees, nonce: 5, gasLimit: 90_000n });
  expect([found.data, found.from, found.hash]).toEqual(["0x01", new Wallet(key).address, dearer.hash]);
});

it("C8: follows a spike at once, not by eighths", async () => {
  const raw = await sign({ type: 2, maxFeePerGas: 1_000n, maxPriorityFeePerGas: 7n });
  const now = { type: 2, maxFeePerGas: 100_000n, maxPriorityFeePerGas: 3n } as const;
  const dearer = await dearerTransaction(raw, keySigner(key), { now, maxWei: 200_000n });
  expect(Transaction.from(dearer.raw)).toMatchObject({ maxFeePerGas: 100_000n, maxPriorityFeePerGas: 8n });
});

it.each([
  ["up to it, where that is too little for a pool that has the one before", 1_125n, 1_125n],
  ["at it, the same again", 1_000n, 1_000n],
  ["below an offer made under a higher one", 5n, 5n],
])("never pays more than the cap: %s", async (_, maxWei, maxFeePerGas) => {
  const raw = await sign({ type: 2, maxFeePerGas: 1_000n, maxPriorityFeePerGas: 7n });
  const now = { ...cheap, maxFeePerGas: maxWei < 10n ? maxWei : 10n };
  const found = Transaction.from((await dearerTransaction(raw, keySigner(key), { now, maxWei })).raw);
  const maxPriorityFeePerGas = maxWei < 7n ? maxWei : 7n;
  expect(found).toMatchObject({ maxFeePerGas, maxPriorityFeePerGas });
  expect(found.serialized === raw).toBe(maxWei === 1_000n);
});

it("raises a gas price on a chain without a base fee", async () => {
  const raw = await sign({ type: 0, gasPrice: 80n });
  const dearer = await dearerTransaction(raw, keySigner(key), {
    now: { type: 0, gasPrice: 1n },
    maxWei: 1_000n,
  });
  expect(Transaction.from(dearer.raw).gasPrice).toBe(91n);
});
