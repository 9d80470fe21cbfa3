import { Transaction } from "ethers";
import type { Fees } from "./current-fees.ts";
import { TooCostly } from "./too-costly.ts";

/** How a fee is found: what the chain asks for now, and the most that we offer per gas. */
export interface FeeBounds {
  readonly now: Fees;
  readonly maxWei: bigint;
}

/**
 * What the chain asks for now, but at least the fees at which nodes take a transaction in the place of this one: an eighth more.
 * @throws TooCostly when that is above `maxWei` per gas
 */
export function feesAbove(raw: string, { now, maxWei }: FeeBounds): Fees {
  const before = Transaction.from(raw);
  const [fee, tip] = now.type === 0 ? [now.gasPrice, 0n] : [now.maxFeePerGas, now.maxPriorityFeePerGas];
  const most = raised(before.maxFeePerGas ?? before.gasPrice, fee);
  if (most > maxWei)
    throw new TooCostly(`a replacement needs ${most} wei per gas, ANCHOR_FEE_MAX_GWEI allows ${maxWei}`);
  return before.maxFeePerGas === null
    ? { type: 0, gasPrice: most }
    : { type: 2, maxFeePerGas: most, maxPriorityFeePerGas: raised(before.maxPriorityFeePerGas, tip) };
}

/** Up by 12.5 %, rounded up, so that small fees rise too; further where the chain asks for more by now. */
function raised(fee: bigint | null, asked: bigint): bigint {
  const least = ((fee ?? 0n) * 9n) / 8n + 1n;
  return least > asked ? least : asked;
}
