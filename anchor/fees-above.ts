import { Transaction } from "ethers";
import type { Fees } from "./current-fees.ts";

/** How a fee is found: what the chain asks for now, and the most that we offer per gas. */
export interface FeeBounds {
  readonly now: Fees;
  readonly maxWei: bigint;
}

/**
 * What the chain asks for now, but at least the fees at which nodes take a transaction in the place of this one: an eighth more.
 * Never above `maxWei` per gas: at the cap it is the same offer again, for a pool that has dropped this one.
 */
export function feesAbove(raw: string, { now, maxWei }: FeeBounds): Fees {
  const before = Transaction.from(raw);
  const [fee, tip] = now.type === 0 ? [now.gasPrice, 0n] : [now.maxFeePerGas, now.maxPriorityFeePerGas];
  const needed = raised(before.maxFeePerGas ?? before.gasPrice, fee);
  const most = lesser(needed, maxWei);
  if (before.maxFeePerGas === null) return { type: 0, gasPrice: most };
  const tipBefore = before.maxPriorityFeePerGas ?? 0n;
  // At the cap a higher tip replaces nothing either.
  const wanted = needed > maxWei ? greater(tipBefore, tip) : raised(tipBefore, tip);
  return { type: 2, maxFeePerGas: most, maxPriorityFeePerGas: lesser(wanted, most) };
}

/** Up by 12.5 %, rounded up, so that small fees rise too; further where the chain asks for more by now. */
function raised(fee: bigint | null, asked: bigint): bigint {
  return greater(((fee ?? 0n) * 9n) / 8n + 1n, asked);
}

function greater(one: bigint, other: bigint): bigint {
  return one > other ? one : other;
}

function lesser(one: bigint, other: bigint): bigint {
  return one < other ? one : other;
}
