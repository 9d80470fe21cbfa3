/** When things happen to the packs worth scanning, in ms before the demo's `now`. */
import type { CasePlace } from "./case-places.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** How far back the demo's history goes. */
export const HISTORY_MS = 24 * hourMs;

/** From the maker's cold room by truck to the wholesaler's: every case takes this way. */
export const STEP_AGO_MS = {
  commissioned: 23.5 * hourMs,
  packed: 23 * hourMs,
  loadedAtMaker: 22.5 * hourMs,
  unloadedAtWholesaler: 20.5 * hourMs,
  dispensed: 10 * hourMs,
  soldFirst: 9 * hourMs,
  soldAgain: 4 * hourMs,
  stockTaken: 6 * hourMs,
  boxedForHome: 2 * hourMs,
  handedOverAtHome: 40 * minuteMs,
} as const;

/** Between unloading a case at a pharmacy and taking its packs out. */
export const UNPACKING_MS = 15 * minuteMs;

/** A case's way from the wholesaler to a pharmacy's refrigerator; `arrivesAgoMs` null while it is on its way. */
interface Trip {
  readonly truck: CasePlace;
  readonly leavesAgoMs: number;
  readonly arrivesAgoMs: number | null;
  readonly fridge: CasePlace | null;
}

/** The trips of the cases; those that leave together share a tour. */
export const TRIPS = {
  good: trip("truck", 16, 14, "goodFridge"),
  silent: trip("truck", 16, 13.5, "silentFridge"),
  recalled: trip("truck", 16, 13, "recalledFridge"),
  sold: trip("truck", 16, 12.5, "soldFridge"),
  warm: trip("truck", 11, 8.5, "warmFridge"),
  backfilled: trip("coldTruck", 15.5, 13.5, "backfilledFridge"),
  expired: trip("coldTruck", 15.5, 13, "expiredFridge"),
  home: trip("coldTruck", 15.5, 12.5, "homeFridge"),
  frozen: trip("coldTruck", 10, 7.5, "frozenFridge"),
  road: { truck: "roadTruck", leavesAgoMs: 1.5 * hourMs, arrivesAgoMs: null, fridge: null },
} as const satisfies Record<string, Trip>;

/** The name of a trip, and so of the case (SSCC) that takes it. */
export type TripName = keyof typeof TRIPS;

function trip(truck: CasePlace, leavesHours: number, arrivesHours: number, fridge: CasePlace): Trip {
  return { truck, leavesAgoMs: leavesHours * hourMs, arrivesAgoMs: arrivesHours * hourMs, fridge };
}
