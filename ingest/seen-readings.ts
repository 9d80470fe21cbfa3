import type { Reading } from "#store/readings/readings-store.ts";

/** The first reading of each measuring point and time, as far as a batch is judged. */
export interface SeenReadings {
  /** `place` is tenant/point. */
  find(place: string, ts: number): Reading | undefined;
  /** One that `find` doesn't find. */
  add(place: string, reading: Reading): void;
}

interface PointsOwn {
  newestTs: number;
  readonly readings: Reading[];
  /** Made when a time is asked for that may be among them. */
  byTime: Map<number, Reading> | null;
}

/** Opens an empty memory. Those of one point mostly come in order, and then none needs a key of its own: a megabyte for each thousand messages of ten. */
export function openSeenReadings(): SeenReadings {
  const points = new Map<string, PointsOwn>();
  return {
    find: (place, ts) => {
      const own = points.get(place);
      if (own === undefined || ts > own.newestTs) return undefined;
      own.byTime ??= new Map(own.readings.map((reading) => [reading.ts, reading]));
      return own.byTime.get(ts);
    },
    add: (place, reading) => {
      const own = points.get(place);
      if (own === undefined) {
        points.set(place, { newestTs: reading.ts, readings: [reading], byTime: null });
        return;
      }
      own.readings.push(reading);
      own.byTime?.set(reading.ts, reading);
      own.newestTs = Math.max(own.newestTs, reading.ts);
    },
  };
}
