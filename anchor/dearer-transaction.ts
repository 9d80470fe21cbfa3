import { Transaction } from "ethers";
import type { Fees } from "./current-fees.ts";
import type { Signer } from "./signer.ts";
import { TooCostly } from "./too-costly.ts";
import type { SignedTransaction } from "./transaction.ts";

/**
 * The same transaction under the same nonce at what the chain asks for now, but with fees raised by at least an eighth,
 * the least that nodes take as a replacement.
 * @throws TooCostly when that is above `maxWei` per gas
 */
export async function dearerTransaction(
  raw: string,
  signer: Signer,
  { now, maxWei }: { readonly now: Fees; readonly maxWei: bigint },
): Promise<SignedTransaction> {
  const before = Transaction.from(raw);
  const { to, data, nonce, chainId, gasLimit, type } = before;
  const [fee, tip] = now.type === 0 ? [now.gasPrice, 0n] : [now.maxFeePerGas, now.maxPriorityFeePerGas];
  const fees =
    before.maxFeePerGas === null
      ? { gasPrice: raised(before.gasPrice, fee) }
      : {
          maxFeePerGas: raised(before.maxFeePerGas, fee),
          maxPriorityFeePerGas: raised(before.maxPriorityFeePerGas, tip),
        };
  const most = fees.maxFeePerGas ?? fees.gasPrice ?? 0n;
  if (most > maxWei)
    throw new TooCostly(`a replacement needs ${most} wei per gas, ANCHOR_FEE_MAX_GWEI allows ${maxWei}`);
  const signed = await signer.sign({ to, data, nonce, chainId, gasLimit, type, ...fees });
  return { raw: signed, hash: Transaction.from(signed).hash ?? "", nonce };
}

/** Up by 12.5 %, rounded up, so that small fees rise too; further where the chain asks for more by now. */
function raised(fee: bigint | null, asked: bigint): bigint {
  const least = ((fee ?? 0n) * 9n) / 8n + 1n;
  return least > asked ? least : asked;
}
