/** What the windows of a stay say of one measuring point: sealed readings where they travel, else the summaries. */
import type { Sample } from "#domain/coldchain/excursions.ts";
import type { PointBody } from "./bodies.ts";
import type { SealedWindow } from "./windows.ts";

/** A stay from … to and the label's limits that decide which windows must show their readings. */
export interface StaySpan {
  readonly from: number;
  readonly to: number;
  readonly limits: { readonly lowerMilliC: number; readonly upperMilliC: number };
}

/**
 * What a point's windows say as samples: the sealed readings where they travel, else the summary's first and last
 * time with the steps that its longest gap allows, at a value inside the limits.
 */
export function samplesOf(
  stay: StaySpan,
  windows: readonly SealedWindow[],
  point: string,
  maxGapMs: number,
): Sample[] {
  return windows.flatMap((window): Sample[] => {
    if (window.readings !== null) {
      return window.readings
        .filter(([name]) => name === point)
        .map(([, ts, tMilliC]) => ({ ts, t: tMilliC === null ? null : tMilliC / 1000 }));
    }
    const summary = window.body?.points.find((candidate) => candidate.point === point);
    return summary === undefined || needsReadings(stay, window) ? [] : summarySamples(summary, maxGapMs);
  });
}

function summarySamples(summary: PointBody, maxGapMs: number): Sample[] {
  const { first, last, max, longestGapMs } = summary;
  if (first === null || last === null || max === null) return [];
  const t = max / 1000;
  const samples = [{ ts: first, t }];
  const steps = longestGapMs > maxGapMs ? 0 : Math.floor((last - first) / maxGapMs);
  for (let step = 1; step <= steps; step += 1) samples.push({ ts: first + step * maxGapMs, t });
  return [...samples, { ts: last, t }];
}

/** Edges of the stay and windows that leave the limits can only be judged from their readings. */
export function needsReadings(stay: StaySpan, window: SealedWindow): boolean {
  const edge = window.from < stay.from || window.to > stay.to;
  const out =
    (window.lowestMilliC ?? stay.limits.lowerMilliC) < stay.limits.lowerMilliC ||
    (window.highestMilliC ?? stay.limits.upperMilliC) > stay.limits.upperMilliC;
  return edge || out;
}

/** The step between the last two times, which are in order; without two of them, no bound. */
export function lastStepMs(times: ArrayLike<number>): number {
  const [before, last] = [times[times.length - 2], times[times.length - 1]];
  return before === undefined || last === undefined || last <= before
    ? Number.POSITIVE_INFINITY
    : last - before;
}
