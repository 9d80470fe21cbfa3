import { formatUnits, Transaction } from "ethers";
import { jobsSentSince } from "#store/anchor-jobs.ts";
import type { AnchoredLog } from "./anchored-log.ts";
import { TooCostly } from "./too-costly.ts";

const dayMs = 86_400_000;

/**
 * Signs nothing more once the transactions of the last 24 hours may have cost what a day is allowed: reckoned by their gas
 * limit and the most they offer per gas, so never too little.
 * @throws TooCostly
 */
export async function refuseOverspend({ store, config, clock }: AnchoredLog): Promise<void> {
  const allowedGwei = BigInt(config.anchorSpendMaxGwei);
  if (allowedGwei === 0n) return;
  const jobs = await store.as({ role: "worker" }, (tx) => jobsSentSince(tx, clock() - dayMs));
  const spentWei = jobs.reduce((sum, { rawTx }) => sum + mostItCosts(rawTx), 0n);
  if (spentWei < allowedGwei * 1_000_000_000n) return;
  const spent = formatUnits(spentWei, "gwei");
  throw new TooCostly(
    `the transactions of 24 hours may have cost ${spent} gwei, ANCHOR_SPEND_MAX_GWEI allows ${allowedGwei}`,
  );
}

function mostItCosts(rawTx: string | null): bigint {
  if (rawTx === null) return 0n;
  const { gasLimit, maxFeePerGas, gasPrice } = Transaction.from(rawTx);
  return gasLimit * (maxFeePerGas ?? gasPrice ?? 0n);
}
