/** Where the packs worth scanning really were, stay by stay. */
import type { CaseName } from "./case-packs.ts";
import type { CasePlace } from "./case-places.ts";
import { STEP_AGO_MS, TRIPS, type TripName } from "./scenario.ts";

/** A stay of a pack in an equipment; `to` null while it is there. */
export interface DemoStay {
  readonly equipment: string;
  readonly from: number;
  readonly to: number | null;
}

interface NamedStay extends Omit<DemoStay, "equipment"> {
  readonly place: CasePlace;
}

/** A pack's stays, its equipment by id. Each begins where the one before ends: no minute lies between. */
export function staysOf(
  now: number,
  trip: TripName | null,
  name: CaseName,
  ids: Readonly<Record<CasePlace, string>>,
): DemoStay[] {
  return namedStays(now, trip, name).map(({ place, from, to }) => ({ equipment: ids[place], from, to }));
}

function namedStays(now: number, tripName: TripName | null, name: CaseName): NamedStay[] {
  const at = (agoMs: number): number => now - agoMs;
  const ago = STEP_AGO_MS;
  if (tripName === null) return [{ place: "stockFridge", from: at(ago.stockTaken), to: null }];
  const { truck, fridge, leavesAgoMs, arrivesAgoMs } = TRIPS[tripName];
  const travelled: NamedStay[] = [
    { place: "maker", from: at(ago.commissioned), to: at(ago.loadedAtMaker) },
    { place: "truck", from: at(ago.loadedAtMaker), to: at(ago.unloadedAtWholesaler) },
    { place: "wholesaler", from: at(ago.unloadedAtWholesaler), to: at(leavesAgoMs) },
    { place: truck, from: at(leavesAgoMs), to: arrivesAgoMs === null ? null : at(arrivesAgoMs) },
  ];
  if (fridge === null || arrivesAgoMs === null) return travelled;
  const from = at(arrivesAgoMs);
  const shelf = (to: number | null): NamedStay => ({ place: fridge, from, to });
  if (name === "dispensed") return [...travelled, shelf(at(ago.dispensed))];
  if (name === "sold-twice") return [...travelled, shelf(at(ago.soldFirst))];
  if (name !== "home-delivery") return [...travelled, shelf(null)];
  const boxed = at(ago.boxedForHome);
  return [...travelled, shelf(boxed), { place: "box", from: boxed, to: at(ago.handedOverAtHome) }];
}
