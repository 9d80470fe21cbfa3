/** The packs worth scanning: what each partner's system states of them, and where they really were. */
import { CASE_PACKS, type CaseBoxes, type CaseName, caseBoxes } from "./case-packs.ts";
import { type CasePlace, casePlaces } from "./case-places.ts";
import { type DemoStay, staysOf } from "./case-stays.ts";
import {
  arriving,
  commissioning,
  dispensing,
  loading,
  observing,
  packing,
  placingInBox,
  unloading,
} from "./epcis-events.ts";
import type { DemoBox, DemoPack } from "./packs.ts";
import { demoLots } from "./products.ts";
import { STEP_AGO_MS, TRIPS, type TripName, UNPACKING_MS } from "./scenario.ts";
import { type DemoCapture, later, type Place, placesOf, stateAt, type World } from "./world.ts";

/** A pack worth scanning, with the way that it really went. */
export interface DemoCase {
  readonly case: CaseName;
  readonly epc: string;
  readonly path: string;
  readonly stays: readonly DemoStay[];
}

/** A maker's recall of a lot, posted once the cases are stated. */
export interface DemoRecall {
  readonly organisation: string;
  readonly gtin: string;
  readonly lot: string;
  readonly reason: string;
}

interface Told extends World {
  readonly place: (name: CasePlace) => Place;
  readonly boxes: CaseBoxes;
}

const minuteMs = 60_000;

/** Captures in the order of time, recalls and packs of a network of so many pharmacies. */
export function planShipments(
  world: World,
  pharmacies: number,
): { captures: DemoCapture[]; recalls: DemoRecall[]; cases: DemoCase[] } {
  const ids = casePlaces(pharmacies);
  const find = placesOf(world.organisations);
  const told: Told = { ...world, place: (name) => find(ids[name]), boxes: caseBoxes(world) };
  const captures = [...madeAndStored(told), ...sentOut(told), ...arrived(told), ...endings(told)];
  return {
    captures: captures.sort((a, b) => a.at - b.at),
    recalls: [recallOf(told)],
    cases: CASE_PACKS.map((each) => ({
      case: each.case,
      ...pick(told.boxes.packOf(each.case)),
      stays: staysOf(world.now, each.trip, each.case, ids),
    })),
  };
}

function state(told: Told, name: CasePlace, agoMs: number, ...rest: Tail): DemoCapture {
  const [write, lastsMs] = rest;
  return stateAt(told, told.place(name), told.now - agoMs, write, lastsMs);
}
type Tail = [write: Parameters<typeof stateAt>[3], lastsMs?: number];

/** From the maker's cold room in the truck to the wholesaler's, all cases together. */
function madeAndStored(told: Told): DemoCapture[] {
  const boxes = Object.values(told.boxes.byTrip) as DemoBox[];
  const epcs = boxes.map(({ epc }) => epc);
  const truck = told.place("truck").epc;
  const ago = STEP_AGO_MS;
  return [
    state(told, "maker", ago.commissioned, (on) =>
      lotsOf(boxes).map(([lot, packs]) => commissioning(on, lot, packs)),
    ),
    state(told, "maker", ago.packed, (on) => boxes.map((each) => packing(on, each))),
    state(told, "truck", ago.loadedAtMaker, (on) => [loading(on, truck, boxes)]),
    state(
      told,
      "wholesaler",
      ago.unloadedAtWholesaler,
      (on) => [unloading(on, truck, boxes), observing(later(on, minuteMs), epcs, "receiving")],
      minuteMs,
    ),
  ];
}

/** Cases that leave together on one truck are stated together. */
function sentOut(told: Told): DemoCapture[] {
  const names = Object.keys(TRIPS) as TripName[];
  const tours = Map.groupBy(names, (name) => `${TRIPS[name].truck}/${TRIPS[name].leavesAgoMs}`);
  return [...tours.values()].flatMap(([first, ...others]) => {
    if (first === undefined) return [];
    const { truck, leavesAgoMs } = TRIPS[first];
    const boxes = [first, ...others].map((name) => told.boxes.byTrip[name]);
    return [state(told, truck, leavesAgoMs, (on) => [loading(on, told.place(truck).epc, boxes)])];
  });
}

/** Whoever has the place states the placement: the pharmacy unloads, and takes the packs out. */
function arrived(told: Told): DemoCapture[] {
  return (Object.keys(TRIPS) as TripName[]).flatMap((name) => {
    const { truck, fridge, arrivesAgoMs } = TRIPS[name];
    if (fridge === null || arrivesAgoMs === null) return [];
    const write: Tail[0] = (on) => arriving(on, told.place(truck).epc, told.boxes.byTrip[name], UNPACKING_MS);
    return [state(told, fridge, arrivesAgoMs, write, UNPACKING_MS + minuteMs)];
  });
}

/** What happens to single packs in the pharmacies. */
function endings(told: Told): DemoCapture[] {
  const { packOf } = told.boxes;
  const ago = STEP_AGO_MS;
  const sell = (name: CasePlace, agoMs: number, sold: CaseName): DemoCapture =>
    state(told, name, agoMs, (on) => [dispensing(on, packOf(sold))]);
  const atHome = told.place("box").epc;
  return [
    sell("goodFridge", ago.dispensed, "dispensed"),
    sell("soldFridge", ago.soldFirst, "sold-twice"),
    sell("secondSaleFridge", ago.soldAgain, "sold-twice"),
    state(told, "stockFridge", ago.stockTaken, (on) => [
      observing(on, [packOf("opening-stock").epc], "stock_taking"),
    ]),
    state(told, "homeFridge", ago.boxedForHome, (on) => [placingInBox(on, atHome, packOf("home-delivery"))]),
    state(told, "homeFridge", ago.handedOverAtHome, (on) => [
      dispensing({ ...on, place: atHome }, packOf("home-delivery")),
    ]),
  ];
}

function recallOf({ seed, now, place }: Told): DemoRecall {
  const { gtin, lot } = demoLots(seed, now).recalled;
  const { organisation } = place("maker");
  return { organisation, gtin, lot, reason: "Demonstration: glass particles found in retained samples" };
}

function pick({ epc, path }: DemoPack): Pick<DemoPack, "epc" | "path"> {
  return { epc, path };
}

function lotsOf(boxes: readonly DemoBox[]): [DemoPack["lot"], DemoPack[]][] {
  return [
    ...Map.groupBy(
      boxes.flatMap((each) => each.packs),
      ({ lot }) => lot,
    ),
  ];
}
