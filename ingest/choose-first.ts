import type { Store } from "#store/connect.ts";
import { newestTimes } from "#store/latest-values.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { readingKey } from "./judge-readings.ts";
import type { Candidate } from "./open-readings.ts";
import { readKept } from "./read-kept.ts";

/** Tells which readings are the first of their measuring point and time, over a whole pass through the inbox. */
export interface ChooseFirst {
  /**
   * The first ones among candidates that follow in inbox order on all before. `settled` resolves once those before are in
   * the readings store; it is waited for only where a time lies at or below its point's newest.
   */
  choose(candidates: readonly Candidate[], settled: () => Promise<unknown>): Promise<Candidate[]>;
}

/**
 * Opens a pass. One number is kept for each measuring point: the newest time that came by. A pass that doesn't begin with
 * the inbox takes the newest of all times instead, and so asks the readings store about nearly everything.
 */
export function openChooseFirst(
  { store, readings }: { readonly store: Store; readonly readings: ReadingsStore },
  { fromBeginning }: { readonly fromBeginning: boolean },
): ChooseFirst {
  const newest = new Map<string, number>();
  const learn = async (candidates: readonly Candidate[]) => {
    const unknown = candidates.filter(({ place }) => !newest.has(place));
    const places = new Map(unknown.map(({ place, reading }) => [place, reading]));
    if (places.size === 0) return;
    const found = await store.as({ role: "worker" }, (tx) => newestTimes(tx, [...places.values()]));
    for (const [key, ts] of found) newest.set(key, ts);
  };
  return {
    choose: async (candidates, settled) => {
      if (!fromBeginning) await learn(candidates);
      const isOld = ({ place, reading }: Candidate) =>
        reading.ts <= (newest.get(place) ?? Number.NEGATIVE_INFINITY);
      const old = candidates.filter(isOld);
      if (old.length > 0) await settled();
      const kept = await readKept(readings, old, newest);
      const seen = new Set<string>();
      const first = candidates.filter(({ reading }) => {
        const key = readingKey(reading);
        // A later message's reading was written by the live projector while the store lacked this one.
        const isKnown = seen.has(key) || (kept.get(key)?.inboxId ?? reading.inboxId) < reading.inboxId;
        seen.add(key);
        return !isKnown;
      });
      for (const { place, reading } of candidates) {
        if (reading.ts > (newest.get(place) ?? Number.NEGATIVE_INFINITY)) newest.set(place, reading.ts);
      }
      return first;
    },
  };
}
