import type { Reading, ReadingsRange, ReadingsStore } from "#store/readings/readings-store.ts";
import { readingKey } from "./judge-readings.ts";
import type { Candidate } from "./open-readings.ts";

/**
 * Times of a point that lie further apart are asked for apart: half an hour holds few readings that weren't asked for, and
 * asking costs about as much as reading them.
 */
const gapMs = 30 * 60_000;

/**
 * What the readings store holds at the keys of these candidates. Only times at or below a point's newest are looked
 * up (`newest`, keyed tenant/point), so that live readings cost no query and dense back-fill few narrow ones.
 */
export async function readKept(
  readings: Pick<ReadingsStore, "range">,
  candidates: readonly Candidate[],
  newest: ReadonlyMap<string, number>,
): Promise<Map<string, Reading>> {
  const old = candidates
    .filter(({ place, reading }) => reading.ts <= (newest.get(place) ?? Number.NEGATIVE_INFINITY))
    .map(({ reading }) => reading);
  const wanted = new Set(old.map(readingKey));
  const kept = new Map<string, Reading>();
  for (const range of rangesOf(old)) {
    for (const reading of await readings.range(range)) {
      const key = readingKey(reading);
      if (wanted.has(key)) kept.set(key, reading);
    }
  }
  return kept;
}

/** A stretch of one point's times, both ends in it. */
interface Run {
  readonly tenant: string;
  readonly point: string;
  readonly from: number;
  readonly to: number;
}

/** Points whose runs begin and end about together share a question. */
function rangesOf(old: readonly Reading[]): ReadingsRange[] {
  const byPoint = Map.groupBy(old, ({ tenant, point }) => `${tenant}/${point}`);
  const runs = [...byPoint.values()].flatMap(runsOf);
  const slot = (time: number) => Math.floor(time / gapMs);
  const together = Map.groupBy(runs, ({ tenant, from, to }) => `${tenant}/${slot(from)}/${slot(to)}`);
  return [...together.values()].map((group) => ({
    tenant: group[0]?.tenant ?? "",
    points: [...new Set(group.map(({ point }) => point))],
    from: group.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY),
    to: group.reduce((most, { to }) => Math.max(most, to), Number.NEGATIVE_INFINITY) + 1,
  }));
}

/** The times of one point, parted where they lie far apart. */
function runsOf(own: readonly Reading[]): Run[] {
  const runs: Run[] = [];
  for (const { tenant, point, ts } of own.toSorted((a, b) => a.ts - b.ts)) {
    const before = runs.at(-1);
    if (before !== undefined && ts - before.to <= gapMs) runs[runs.length - 1] = { ...before, to: ts };
    else runs.push({ tenant, point, from: ts, to: ts });
  }
  return runs;
}
