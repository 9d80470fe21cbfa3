import type { Store } from "#store/connect.ts";
import { newestTimes } from "#store/latest-values.ts";

/** A measuring point of an organisation. */
interface Place {
  readonly tenant: string;
  readonly point: string;
}

/** The newest device time of measuring points, remembered between two steps of the one projector. */
export interface NewestTimes {
  /** As it was before the step, keyed tenant/point; points without a reading are missing. */
  read(store: Store, places: readonly Place[]): Promise<ReadonlyMap<string, number>>;
  /** Readings that a step has committed. */
  keep(readings: readonly (Place & { readonly ts: number })[]): void;
  /** After anything that may have changed the records without us. */
  forget(): void;
}

const pointsMax = 200_000;

/** Opens an empty memory. */
export function openNewestTimes(): NewestTimes {
  const known = new Map<string, number>();
  return {
    read: async (store, places) => {
      const missing = new Map<string, Place>();
      for (const place of places) {
        const key = `${place.tenant}/${place.point}`;
        if (!known.has(key)) missing.set(key, place);
      }
      if (missing.size > 0) {
        const found = await store.as({ role: "worker" }, (tx) => newestTimes(tx, [...missing.values()]));
        for (const [key, ts] of found) known.set(key, ts);
      }
      return known;
    },
    keep: (readings) => {
      if (known.size > pointsMax) known.clear();
      for (const { tenant, point, ts } of readings) {
        const key = `${tenant}/${point}`;
        if (ts > (known.get(key) ?? Number.NEGATIVE_INFINITY)) known.set(key, ts);
      }
    },
    forget: () => known.clear(),
  };
}
