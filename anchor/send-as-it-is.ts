import { Transaction } from "ethers";
import type { AnchoredLog } from "./anchored-log.ts";
import { currentFees } from "./current-fees.ts";
import { deliver } from "./deliver.ts";
import { TooCostly } from "./too-costly.ts";

/**
 * Sends a transaction again that we may not make dearer, where it pays what the chain asks for now: a pool may have dropped it.
 * @returns whether it pays that: then it only waits for its turn, and nothing is too costly
 * @throws AppError UNAVAILABLE or CONFLICT
 */
export async function sendAsItIs({ chain }: Pick<AnchoredLog, "chain">, raw: string): Promise<boolean> {
  const { maxFeePerGas, gasPrice } = Transaction.from(raw);
  try {
    await currentFees(chain, maxFeePerGas ?? gasPrice ?? 0n);
  } catch (error) {
    if (error instanceof TooCostly) return false;
    throw error;
  }
  await deliver({ chain }, raw);
  return true;
}
