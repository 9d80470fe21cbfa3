import { expect, it } from "vitest";
import type { Rpc } from "#domain/log/chain-view.ts";
import { currentFees } from "./current-fees.ts";

const asking = (answers: Record<string, unknown>): { rpc: Rpc } => ({
  rpc: async (method) => answers[method] ?? Promise.reject(new Error(`no ${method}`)),
});
const withBaseFee = asking({
  eth_getBlockByNumber: { baseFeePerGas: "0x64" },
  eth_maxPriorityFeePerGas: "0x5",
});

it("leaves room for a base fee that doubles, as far as the cap allows", async () => {
  const fees = { type: 2, maxPriorityFeePerGas: 5n };
  expect(await currentFees(withBaseFee)).toEqual({ ...fees, maxFeePerGas: 205n });
  expect(await currentFees(withBaseFee, 150n)).toEqual({ ...fees, maxFeePerGas: 150n });
});

it("refuses what the next block would already cost too much", async () => {
  await expect(currentFees(withBaseFee, 104n)).rejects.toThrow("asks for 105 wei");
  const withPrice = asking({ eth_getBlockByNumber: {}, eth_gasPrice: "0x9" });
  expect(await currentFees(withPrice, 9n)).toEqual({ type: 0, gasPrice: 9n });
  await expect(currentFees(withPrice, 8n)).rejects.toThrow("asks for 9 wei");
});
