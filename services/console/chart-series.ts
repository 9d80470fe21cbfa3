import { silencesOf } from "#domain/coldchain/silences.ts";
import type { Stay } from "#store/equipment-view.ts";
import type { Bucket, ReadingsStore } from "#store/readings/readings-store.ts";

/** The period of a chart, cut at now; a temperature stands for `holdMs`. Epoch ms. */
export interface ChartPeriod {
  readonly from: number;
  readonly to: number;
  readonly holdMs: number;
  readonly bucketMs: number;
}

/** A sensor's stay with what the readings store says of it; silences in epoch ms. */
interface ReadStay {
  readonly sensor: string;
  readonly lengthMs: number;
  readonly buckets: readonly Bucket[];
  readonly silences: readonly { readonly from: number; readonly to: number }[];
}

/**
 * What the readings store holds of the stays in the period; stays of the same length are asked for together. Before the
 * first sensor was there nothing was known either: that time is a silence of those that came first.
 */
export async function readSeries(
  readings: ReadingsStore,
  tenant: string,
  stays: readonly Stay[],
  period: ChartPeriod,
): Promise<ReadStay[]> {
  const spanOf = ({ since, until }: Stay) => ({
    from: Math.max(since, period.from),
    to: Math.min(until ?? period.to, period.to),
    earliest: Math.max(since, period.from - period.holdMs),
  });
  const begin = stays.reduce((min, { since }) => Math.min(min, since), Number.POSITIVE_INFINITY);
  const groups = Map.groupBy(stays, (stay) => JSON.stringify(spanOf(stay)));
  const read = [...groups.values()].map(async (own) => {
    const { from, to, earliest } = spanOf(own[0] as Stay);
    const points = own.map(({ point }) => point);
    const [buckets, steps] = await Promise.all([
      readings.buckets({ tenant, points, from, to }, period.bucketMs),
      readings.steps({ tenant, points, from: earliest, to }, period.holdMs),
    ]);
    const isFirst = (own[0] as Stay).since === begin;
    const window = {
      ...{ from: isFirst ? period.from : from, to, holdMs: period.holdMs },
      isPlacedAtFrom: earliest === from && !(isFirst && from > period.from),
    };
    return own.map(({ sensor, point }) => ({
      ...{ sensor, lengthMs: Math.max(to - window.from, 0) },
      buckets: buckets.filter((bucket) => bucket.point === point),
      silences: silencesOf(steps.find((each) => each.point === point) ?? null, window),
    }));
  });
  return (await Promise.all(read)).flat();
}

/** A sensor's buckets `[ts, minC, maxC, meanC, n, late]`, what they come to, and the share of the period it knows. */
export function seriesOf(
  sensor: string,
  stays: readonly ReadStay[],
  period: Pick<ChartPeriod, "from" | "to">,
) {
  const periodMs = period.to - period.from;
  const buckets = stays.flatMap((stay) => stay.buckets).sort((a, b) => a.ts - b.ts);
  const sum = (pick: (bucket: Bucket) => number) => buckets.reduce((total, each) => total + pick(each), 0);
  const n = sum((bucket) => bucket.n);
  const lengthMs = stays.reduce((total, stay) => total + stay.lengthMs, 0);
  const silentMs = stays
    .flatMap(({ silences }) => silences)
    .reduce((total, { from, to }) => total + to - from, 0);
  const some = n > 0;
  return {
    sensor,
    minC: some
      ? buckets.reduce((min, each) => Math.min(min, each.minMilliC), Number.POSITIVE_INFINITY) / 1000
      : null,
    maxC: some
      ? buckets.reduce((max, each) => Math.max(max, each.maxMilliC), Number.NEGATIVE_INFINITY) / 1000
      : null,
    meanC: some ? rounded(sum((bucket) => bucket.meanMilliC * bucket.n) / n) : null,
    ...{ n, late: sum((bucket) => bucket.late) },
    coverage: periodMs <= 0 ? 0 : (lengthMs - silentMs) / periodMs,
    buckets: buckets.map(tupleOf),
  };
}

function tupleOf(bucket: Bucket): [number, number, number, number, number, number] {
  const { ts, minMilliC, maxMilliC, meanMilliC, n, late } = bucket;
  return [ts, minMilliC / 1000, maxMilliC / 1000, rounded(meanMilliC), n, late];
}

/** A mean in °C, to the milli-degree. */
function rounded(milliC: number): number {
  return Math.round(milliC) / 1000;
}
