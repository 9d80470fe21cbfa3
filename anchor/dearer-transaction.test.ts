import { Transaction, Wallet } from "ethers";
import { expect, it } from "vitest";
import { dearerTransaction } from "./dearer-transaction.ts";

const key = `0x${"11".repeat(32)}`;
const fields = { to: `0x${"22".repeat(20)}`, data: "0x01", nonce: 5, chainId: 31_337, gasLimit: 90_000n };

it("raises both fees by at least an eighth and changes nothing else", async () => {
  const fees = { type: 2, maxFeePerGas: 1_000n, maxPriorityFeePerGas: 7n };
  const dearer = await dearerTransaction(await new Wallet(key).signTransaction({ ...fields, ...fees }), key);
  const found = Transaction.from(dearer.raw);
  expect(found).toMatchObject({
    maxFeePerGas: 1_126n,
    maxPriorityFeePerGas: 8n,
    nonce: 5,
    gasLimit: 90_000n,
  });
  expect([found.data, found.from, found.hash]).toEqual(["0x01", new Wallet(key).address, dearer.hash]);
});

it("raises a gas price on a chain without a base fee", async () => {
  const raw = await new Wallet(key).signTransaction({ ...fields, type: 0, gasPrice: 80n });
  expect(Transaction.from((await dearerTransaction(raw, key)).raw).gasPrice).toBe(91n);
});
