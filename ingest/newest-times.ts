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

/** Opens an empty memory. */
export function openNewestTimes(): NewestTimes {
  const known = new Map<string, number>();
  return {
    read: async (store, readings) => {
      const missing = new Map<string, Placed["reading"]>();
      for (const { place, reading } of readings) if (!known.has(place)) missing.set(place, reading);
      if (missing.size > 0) {
        const found = await store.as({ role: "worker" }, (tx) => newestTimes(tx, [...missing.values()]));
        for (const [key, ts] of found) known.set(key, ts);
      }
      return known;
    },
    keep: (readings) => {
      if (known.size > pointsMax) known.clear();
      for (const { place, reading } of readings) {
        if (reading.ts > (known.get(place) ?? Number.NEGATIVE_INFINITY)) known.set(place, reading.ts);
      }
    },
    forget: () => known.clear(),
  };
}
