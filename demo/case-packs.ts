/** The packs worth scanning, and the cases (SSCC) they travel in. */
import { box, chinesePack, type DemoBox, type DemoPack, gs1Pack } from "./packs.ts";
import { type DemoLots, demoLots } from "./products.ts";
import type { TripName } from "./scenario.ts";
import type { World } from "./world.ts";

/** A pack's name in `demo.json`, its lot, and the trip that brought it; null: it has no past. */
interface CasePack {
  readonly case: string;
  readonly trip: TripName | null;
  readonly lot: keyof DemoLots;
  readonly isChinese?: boolean;
}

/** In the order in which they are shown. */
export const CASE_PACKS = [
  { case: "good", trip: "good", lot: "insulin" },
  { case: "warm", trip: "warm", lot: "insulin" },
  { case: "silent", trip: "silent", lot: "vaccine" },
  { case: "good-china-code", trip: "good", lot: "insulin", isChinese: true },
  { case: "dispensed", trip: "good", lot: "insulin" },
  { case: "frozen", trip: "frozen", lot: "vaccine" },
  { case: "recalled", trip: "recalled", lot: "recalled" },
  { case: "sold-twice", trip: "sold", lot: "insulin" },
  { case: "backfilled", trip: "backfilled", lot: "vaccine" },
  { case: "opening-stock", trip: null, lot: "insulin" },
  { case: "home-delivery", trip: "home", lot: "insulin" },
  { case: "calibration-expired", trip: "expired", lot: "vaccine" },
  { case: "on-its-way", trip: "road", lot: "insulin" },
] as const satisfies readonly CasePack[];

/** What a pack worth scanning shows. */
export type CaseName = (typeof CASE_PACKS)[number]["case"];

/** The cases by their trip, and each pack by its name. */
export interface CaseBoxes {
  readonly byTrip: Readonly<Record<TripName, DemoBox>>;
  packOf(name: CaseName): DemoPack;
}

/** Draws them all; beside those worth scanning each case holds one more. */
export function caseBoxes({ seed, now }: Pick<World, "seed" | "now">): CaseBoxes {
  const lots = demoLots(seed, now);
  const drawn = CASE_PACKS.map((each: CasePack) => {
    const draw = each.isChinese === true ? chinesePack : gs1Pack;
    return { ...each, pack: draw(seed, lots[each.lot], each.case) };
  });
  const trips = [...new Set(drawn.flatMap(({ trip }) => trip ?? []))];
  const boxes = trips.map((trip) => {
    const inside = drawn.filter((each) => each.trip === trip);
    const lot = lots[inside[0]?.lot ?? "insulin"];
    const packs = [...inside.map(({ pack }) => pack), gs1Pack(seed, lot, `${trip}-more`)];
    return [trip, box(seed, trip, packs)] as const;
  });
  const byName = new Map(drawn.map((each) => [each.case, each.pack]));
  return {
    byTrip: Object.fromEntries(boxes) as Record<TripName, DemoBox>,
    packOf: (name) => byName.get(name) as DemoPack,
  };
}
