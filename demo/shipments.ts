/** The demo's three shipments: what each partner's system states, and the packs worth scanning. */
import {
  commissioning,
  dispensing,
  type EpcisEvent,
  epcisDocument,
  loading,
  type Occasion,
  observing,
  packing,
  unloading,
  unpacking,
} from "./epcis-events.ts";
import { placeEpc, vehicleEpc } from "./identifiers.ts";
import type { OrganisationRecord } from "./network-file.ts";
import { PLACES } from "./network-plan.ts";
import { box, chinesePack, type DemoBox, type DemoPack, gs1Pack } from "./packs.ts";
import { demoLots } from "./products.ts";
import { STEP_AGO_MS } from "./scenario.ts";
import type { Seed } from "./seed.ts";

/** One document that an organisation's system posts; `at` is the time of its newest event, epoch ms. */
export interface DemoCapture {
  readonly organisation: string;
  readonly at: number;
  readonly document: EpcisEvent;
}

/** A stay of a pack in an equipment; `to` null while it is there. */
export interface DemoStay {
  readonly equipment: string;
  readonly from: number;
  readonly to: number | null;
}

/** A pack worth scanning, with the way that it really went. */
export interface DemoCase {
  readonly case: "good" | "warm" | "silent" | "good-china-code" | "dispensed";
  readonly epc: string;
  readonly path: string;
  readonly stays: readonly DemoStay[];
}

interface Place {
  readonly epc: string;
  readonly organisation: string;
}

interface Boxes {
  readonly good: DemoBox;
  readonly warm: DemoBox;
  readonly silent: DemoBox;
}

interface Trip {
  readonly box: DemoBox;
  readonly loaded: StepName;
  readonly received: StepName;
  readonly unpacked: StepName;
  readonly fridge: PlaceName;
}

type PlaceName = keyof typeof PLACES;
type StepName = keyof typeof STEP_AGO_MS;
type State = (place: PlaceName, step: StepName, write: (on: Occasion) => EpcisEvent[]) => DemoCapture;

const minuteMs = 60_000;

/** Captures in the order of time, and the packs; places are looked up in the register file's organisations. */
export function planShipments(
  seed: Seed,
  now: number,
  organisations: readonly OrganisationRecord[],
): { captures: DemoCapture[]; cases: DemoCase[] } {
  const place = (name: PlaceName): Place => findPlace(organisations, PLACES[name]);
  const state: State = (name, step, write) => {
    const at = now - STEP_AGO_MS[step];
    const { organisation, epc } = place(name);
    return { organisation, at, document: epcisDocument(now, write({ seed, at, place: epc })) };
  };
  const boxes = packBoxes(seed, now);
  const truck = place("truck").epc;
  const captures = [
    ...madeAndStored(state, boxes, truck),
    ...Object.values(tripsOf(boxes)).flatMap((trip) => delivered(state, trip, truck)),
    ...boxes.good.packs
      .slice(1, 2)
      .map((sold) => state("goodFridge", "dispensed", (on) => [dispensing(on, sold)])),
  ];
  return { captures: captures.sort((a, b) => a.at - b.at), cases: casesOf(now, boxes) };
}

function packBoxes(seed: Seed, now: number): Boxes {
  const [insulin, vaccine] = demoLots(seed, now);
  if (!insulin || !vaccine) throw new Error("the demo's maker has two lots");
  const pack = (name: string): DemoPack => gs1Pack(seed, insulin, name);
  return {
    good: box(seed, "good", [pack("good"), pack("dispensed"), chinesePack(seed, insulin, "good")]),
    warm: box(seed, "warm", [pack("warm"), pack("warm-2")]),
    silent: box(seed, "silent", [gs1Pack(seed, vaccine, "silent"), gs1Pack(seed, vaccine, "silent-2")]),
  };
}

/** The good and the silent case share a tour; the warm one goes later, when the truck's unit fails. */
function tripsOf(boxes: Boxes): Record<keyof Boxes, Trip> {
  return {
    good: {
      box: boxes.good,
      loaded: "goodLoaded",
      received: "goodReceived",
      unpacked: "goodUnpacked",
      fridge: "goodFridge",
    },
    silent: {
      box: boxes.silent,
      loaded: "goodLoaded",
      received: "silentReceived",
      unpacked: "silentUnpacked",
      fridge: "silentFridge",
    },
    warm: {
      box: boxes.warm,
      loaded: "warmLoaded",
      received: "warmReceived",
      unpacked: "warmUnpacked",
      fridge: "warmFridge",
    },
  };
}

/** From the maker's cold room in the truck to the wholesaler's, all three cases together. */
function madeAndStored(state: State, boxes: Boxes, truck: string): DemoCapture[] {
  const all = Object.values(boxes) as DemoBox[];
  const epcs = all.map(({ epc }) => epc);
  return [
    state("maker", "commissioned", (on) => lotsOf(all).map(([lot, packs]) => commissioning(on, lot, packs))),
    state("maker", "packed", (on) => all.map((each) => packing(on, each))),
    state("truck", "loadedAtMaker", (on) => [loading(on, truck, all)]),
    state("wholesaler", "unloadedAtWholesaler", (on) => [
      unloading(on, truck, all),
      observing(later(on), epcs, "receiving"),
    ]),
  ];
}

/** From the wholesaler's cold room to a pharmacy's refrigerator. Whoever has the place states the placement. */
function delivered(state: State, trip: Trip, truck: string): DemoCapture[] {
  const packs = trip.box.packs.map(({ epc }) => epc);
  return [
    state("truck", trip.loaded, (on) => [loading(on, truck, [trip.box])]),
    state(trip.fridge, trip.received, (on) => [
      unloading(on, truck, [trip.box]),
      observing(later(on), [trip.box.epc], "receiving"),
    ]),
    state(trip.fridge, trip.unpacked, (on) => [
      unpacking(on, trip.box),
      observing(later(on), packs, "storing"),
    ]),
  ];
}

function casesOf(now: number, boxes: Boxes): DemoCase[] {
  const trips = tripsOf(boxes);
  const found = (name: DemoCase["case"], trip: Trip, at: number, end: StepName | null = null): DemoCase[] =>
    trip.box.packs
      .slice(at, at + 1)
      .map(({ epc, path }) => ({ case: name, epc, path, stays: staysOf(now, trip, end) }));
  return [
    ...found("good", trips.good, 0),
    ...found("warm", trips.warm, 0),
    ...found("silent", trips.silent, 0),
    ...found("good-china-code", trips.good, 2),
    ...found("dispensed", trips.good, 1, "dispensed"),
  ];
}

/** Each stay begins where the one before ends: no minute lies between. */
function staysOf(now: number, trip: Trip, end: StepName | null): DemoStay[] {
  const at = (step: StepName): number => now - STEP_AGO_MS[step];
  return [
    { equipment: PLACES.maker, from: at("commissioned"), to: at("loadedAtMaker") },
    { equipment: PLACES.truck, from: at("loadedAtMaker"), to: at("unloadedAtWholesaler") },
    { equipment: PLACES.wholesaler, from: at("unloadedAtWholesaler"), to: at(trip.loaded) },
    { equipment: PLACES.truck, from: at(trip.loaded), to: at(trip.received) },
    { equipment: PLACES[trip.fridge], from: at(trip.received), to: end && at(end) },
  ];
}

function findPlace(organisations: readonly OrganisationRecord[], equipmentId: string): Place {
  for (const { id, sites = [] } of organisations)
    for (const { gln, equipment } of sites)
      for (const { id: found, giai, extension } of equipment)
        if (found === equipmentId)
          return { organisation: id, epc: giai ? vehicleEpc(giai) : placeEpc(gln, extension ?? "0") };
  throw new Error(`the network has no equipment ${equipmentId}`);
}

function lotsOf(boxes: readonly DemoBox[]): [DemoPack["lot"], DemoPack[]][] {
  const packs = boxes.flatMap((each) => each.packs);
  const lots = [...new Set(packs.map(({ lot }) => lot))];
  return lots.map((lot) => [lot, packs.filter((pack) => pack.lot === lot)]);
}

function later(on: Occasion): Occasion {
  return { ...on, at: on.at + minuteMs };
}
