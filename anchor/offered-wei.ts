import { Transaction, type TransactionLike } from "ethers";

/** What a transaction may cost, raw or still unsigned: its gas limit at the most it offers per gas, in wei. */
export function offeredWei(transaction: string | TransactionLike<string>): bigint {
  const { gasLimit, maxFeePerGas, gasPrice } = Transaction.from(transaction);
  return gasLimit * (maxFeePerGas ?? gasPrice ?? 0n);
}
