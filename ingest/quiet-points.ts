import type { Candidate } from "./open-readings.ts";

/** Measuring points of which it is known that no excursion lasts, or ended after a time. */
export interface QuietPoints {
  /** Those whose excursions must be looked up: not known to be quiet, out of order, or outside their limits. */
  loud(placed: readonly Candidate[], newest: ReadonlyMap<string, number>): Candidate[];
  /** Of these points no excursion lasted, or ended, at or after `since`. */
  noteQuiet(points: Iterable<string>, since: number): void;
  /** Points that have an excursion now. */
  forget(rows: readonly { readonly tenantId: string; readonly point: string }[]): void;
  /** After anything that may have changed the records without us. */
  forgetAll(): void;
}

const pointsMax = 200_000;

/**
 * Opens an empty memory for the one projector: a reading inside the limits that follows the newest one of a quiet point
 * changes no excursion, so that ordinary times cost no question.
 */
export function openQuietPoints(): QuietPoints {
  const quietSince = new Map<string, number>();
  const isLoud = ({ reading, place, equipment }: Candidate, newest: ReadonlyMap<string, number>): boolean => {
    const { ts, tMilliC } = reading;
    const since = quietSince.get(place);
    if (since === undefined || equipment === null || ts < since || ts <= (newest.get(place) ?? 0))
      return true;
    return tMilliC !== null && (tMilliC > equipment.upperMilliC || tMilliC < equipment.lowerMilliC);
  };
  return {
    loud: (placed, newest) => {
      const points = new Set<string>();
      for (const one of placed) if (isLoud(one, newest)) points.add(one.place);
      if (points.size === 0) return [];
      return placed.filter(({ place }) => points.has(place));
    },
    noteQuiet: (points, since) => {
      if (quietSince.size > pointsMax) quietSince.clear();
      for (const point of points) quietSince.set(point, since);
    },
    forget: (rows) => {
      for (const { tenantId, point } of rows) quietSince.delete(`${tenantId}/${point}`);
    },
    forgetAll: () => quietSince.clear(),
  };
}
