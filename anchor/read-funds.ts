import type { AnchoredLog } from "./anchored-log.ts";
import { currentFees } from "./current-fees.ts";
import { feeMaxWei } from "./fee-max-wei.ts";
import { spentSince } from "./spent-since.ts";
import { TooCostly } from "./too-costly.ts";

const dayMs = 86_400_000;
const daysWanted = 7;
/** Below an anchor a day nobody's log is: what counts before the first one too. */
const gasADayMin = 100_000n;

/** What the publisher's account has, and for how many days that pays for gas; null where gas costs nothing. */
export interface Funds {
  readonly balanceWei: string;
  readonly daysLeft: number | null;
  /** Less than 7 days are left (reference anchoring.md, C11). */
  readonly isLow: boolean;
}

/**
 * How long the account's money lasts: at the gas limits of the last 24 hours, which is more than is used, and at the price
 * that the chain asks for now. On the first day the rate is still too small.
 */
export async function readFunds(log: AnchoredLog): Promise<Funds> {
  const balance = BigInt(String(await log.chain.rpc("eth_getBalance", [log.signer.account, "latest"])));
  const { gas } = await spentSince(log, log.clock() - dayMs);
  const costADay = (gas > gasADayMin ? gas : gasADayMin) * (await weiPerGas(log));
  const balanceWei = String(balance);
  if (costADay === 0n) return { balanceWei, daysLeft: null, isLow: false };
  const daysLeft = Number((balance * 10n) / costADay) / 10;
  return { balanceWei, daysLeft, isLow: daysLeft < daysWanted };
}

/** What a transaction would pay now; where that is above what we offer, it waits and is reckoned at our cap. */
async function weiPerGas(log: AnchoredLog): Promise<bigint> {
  const maxWei = feeMaxWei(log);
  try {
    const fees = await currentFees(log.chain, maxWei);
    if (fees.type === 0) return fees.gasPrice;
    return (fees.maxFeePerGas + fees.maxPriorityFeePerGas) / 2n;
  } catch (error) {
    if (error instanceof TooCostly) return maxWei;
    throw error;
  }
}
