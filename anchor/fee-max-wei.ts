import type { AnchoredLog } from "./anchored-log.ts";

/** The most that we offer per gas; 0 where the chain takes no fees. */
export function feeMaxWei({ config }: Pick<AnchoredLog, "config">): bigint {
  return BigInt(config.anchorFeeMaxGwei) * 1_000_000_000n;
}
