import type { Stay } from "#store/equipment-view.ts";
import type { Span } from "#store/readings/readings-store.ts";

/** A time without readings of a sensor; `sensor` is empty where none had ever been there. */
interface Gap extends Span {
  readonly sensor: string;
}

/**
 * The times of a period (epoch ms) in which no sensor lay in the equipment: nobody measured, so they are gaps. Each is told
 * of the sensor that was there last; before the first one `readSeries` tells it.
 */
export function unwatchedGaps(stays: readonly Stay[], { from, to }: Span): Gap[] {
  if (stays.length === 0) return to > from ? [{ sensor: "", from, to }] : [];
  const gaps: Gap[] = [];
  let last: { sensor: string; until: number } | null = null;
  for (const { sensor, since, until } of stays.toSorted((a, b) => a.since - b.since)) {
    if (last !== null && since > last.until) {
      gaps.push({ sensor: last.sensor, from: last.until, to: Math.min(since, to) });
    }
    const end = until ?? Number.POSITIVE_INFINITY;
    if (last === null || end > last.until) last = { sensor, until: end };
  }
  return last !== null && last.until < to ? [...gaps, { sensor: last.sensor, from: last.until, to }] : gaps;
}
