import type { Chart } from "#api/console-shapes.ts";

/** One sensor's readings in stretches of time: start (epoch ms), lowest, highest, mean (°C), readings, late ones. */
export type Bucket = Chart["series"][number]["buckets"][number];

/**
 * The stretches of a sensor that a line may join: it breaks where a gap was found, and where buckets are further
 * apart than the longest gap allowed. A line across a gap would claim what nobody measured.
 */
export function runsOf(
  buckets: readonly Bucket[],
  gaps: readonly { readonly from: number; readonly to: number | null }[],
  { bucketMs, maxGapMs }: Pick<Chart, "bucketMs" | "maxGapMs">,
): Bucket[][] {
  const joinMaxMs = Math.max(maxGapMs, bucketMs * 1.5);
  const isApart = (before: Bucket, after: Bucket) =>
    after[0] - before[0] > joinMaxMs ||
    gaps.some(({ from, to }) => from < after[0] && (to ?? Number.POSITIVE_INFINITY) > before[0] + bucketMs);
  const runs: Bucket[][] = [];
  let before: Bucket | undefined;
  for (const bucket of buckets) {
    if (before === undefined || isApart(before, bucket)) runs.push([]);
    runs.at(-1)?.push(bucket);
    before = bucket;
  }
  return runs;
}
