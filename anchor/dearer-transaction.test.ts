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

it("never pays more than the cap", async () => {
  const raw = await sign({ type: 2, maxFeePerGas: 1_000n, maxPriorityFeePerGas: 7n });
  const refused = dearerTransaction(raw, keySigner(key), { now: cheap, maxWei: 1_125n });
  await expect(refused).rejects.toThrow("ANCHOR_FEE_MAX_GWEI");
});

it("raises a gas price on a chain without a base fee", async () => {
  const raw = await sign({ type: 0, gasPrice: 80n });
  const dearer = await dearerTransaction(raw, keySigner(key), {
    now: { type: 0, gasPrice: 1n },
    maxWei: 1_000n,
  });
  expect(Transaction.from(dearer.raw).gasPrice).toBe(91n);
});
