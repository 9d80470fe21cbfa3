import { Transaction, Wallet } from "ethers";
import type { SignedTransaction } from "./transaction.ts";

/** The same transaction with fees raised by an eighth, the least that nodes take as a replacement. */
export async function dearerTransaction(raw: string, key: string): Promise<SignedTransaction> {
  const before = Transaction.from(raw);
  const { to, data, nonce, chainId, gasLimit, type } = before;
  const fees =
    before.maxFeePerGas === null
      ? { gasPrice: raised(before.gasPrice) }
      : {
          maxFeePerGas: raised(before.maxFeePerGas),
          maxPriorityFeePerGas: raised(before.maxPriorityFeePerGas),
        };
  const signed = await new Wallet(key).signTransaction({ to, data, nonce, chainId, gasLimit, type, ...fees });
  return { raw: signed, hash: Transaction.from(signed).hash ?? "", nonce };
}

/** Up by 12.5 %, rounded up, so that small fees rise too. */
function raised(fee: bigint | null): bigint {
  return ((fee ?? 0n) * 9n) / 8n + 1n;
}
