import type { Store } from "#store/connect.ts";
import { newestTimes } from "#store/latest-values.ts";

/** A reading with the name of its measuring point, `tenant/point`. */
interface Placed {
  readonly place: string;
  readonly reading: { readonly tenant: string; readonly point: string; readonly ts: number };
}

/** The newest device time of measuring points, remembered between two steps of the one projector. */
export interface NewestTimes {
  /** As it was before the step, keyed tenant/point; points without a reading are missing. */
  read(store: Store, readings: readonly Placed[]): Promise<ReadonlyMap<string, number>>;
  /** Readings that a step has committed. */
  keep(readings: readonly Placed[]): void;
  /** After anything that may have changed the records without us. */
  forget(): void;
}

const pointsMax = 200_000;

/** Opens an empty memory. What was given out is never emptied: a batch may be read by it while another one fails. */
export function openNewestTimes(): NewestTimes {
  let known = new Map<string, number>();
  return {
    read: async (store, readings) => {
      const own = known;
      const missing = new Map<string, Placed["reading"]>();
      for (const { place, reading } of readings) if (!own.has(place)) missing.set(place, reading);
      if (missing.size > 0) {
        const found = await store.as({ role: "worker" }, (tx) => newestTimes(tx, [...missing.values()]));
        for (const [key, ts] of found) own.set(key, ts);
      }
      return own;
    },
    keep: (readings) => {
      if (known.size > pointsMax) known = onlyOf(known, readings);
      for (const { place, reading } of readings) {
        if (reading.ts > (known.get(place) ?? Number.NEGATIVE_INFINITY)) known.set(place, reading.ts);
      }
    },
    forget: () => {
      known = new Map();
    },
  };
}

function onlyOf(known: ReadonlyMap<string, number>, readings: readonly Placed[]): Map<string, number> {
  const own = new Set(readings.map(({ place }) => place));
  return new Map([...known].filter(([place]) => own.has(place)));
}
