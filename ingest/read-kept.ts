import type { Reading, ReadingsStore } from "#store/readings/readings-store.ts";
import { readingKey } from "./judge-readings.ts";
import type { Candidate } from "./open-readings.ts";

const dayMs = 86_400_000;

/**
 * What the readings store holds at the keys of these candidates. Only times at or below a point's newest are looked
 * up (`newest`, keyed tenant/point), day by day, so that live readings cost no query.
 */
export async function readKept(
  readings: ReadingsStore,
  candidates: readonly Candidate[],
  newest: ReadonlyMap<string, number>,
): Promise<Map<string, Reading>> {
  const old = candidates
    .map((candidate) => candidate.reading)
    .filter(({ tenant, point, ts }) => ts <= (newest.get(`${tenant}/${point}`) ?? Number.NEGATIVE_INFINITY));
  const wanted = new Set(old.map(readingKey));
  const kept = new Map<string, Reading>();
  for (const group of Map.groupBy(old, ({ tenant, ts }) => `${tenant}/${Math.floor(ts / dayMs)}`).values()) {
    for (const reading of await readings.range(rangeAround(group))) {
      const key = readingKey(reading);
      if (wanted.has(key)) kept.set(key, reading);
    }
  }
  return kept;
}

function rangeAround(group: readonly Reading[]) {
  const times = group.map((reading) => reading.ts);
  return {
    tenant: group[0]?.tenant ?? "",
    points: [...new Set(group.map((reading) => reading.point))],
    from: times.reduce((a, b) => Math.min(a, b)),
    to: times.reduce((a, b) => Math.max(a, b)) + 1,
  };
}
