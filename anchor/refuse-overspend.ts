import { formatUnits } from "ethers";
import type { AnchoredLog } from "./anchored-log.ts";
import { spentSince } from "./spent-since.ts";
import { TooCostly } from "./too-costly.ts";

const dayMs = 86_400_000;

/**
 * Signs nothing more once the transactions of the last 24 hours, anchors and recalls, may have cost what a day is allowed.
 * @throws TooCostly
 */
export async function refuseOverspend(log: AnchoredLog): Promise<void> {
  const allowedGwei = BigInt(log.config.anchorSpendMaxGwei);
  if (allowedGwei === 0n) return;
  const { wei } = await spentSince(log, log.clock() - dayMs);
  if (wei < allowedGwei * 1_000_000_000n) return;
  const spent = formatUnits(wei, "gwei");
  throw new TooCostly(
    `the transactions of 24 hours may have cost ${spent} gwei, ANCHOR_SPEND_MAX_GWEI allows ${allowedGwei}`,
  );
}
