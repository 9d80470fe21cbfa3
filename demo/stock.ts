/** The ordinary packs of the network: what pharmacies have in stock, and what becomes of packs while the demo runs. */

import { FIXED_PLACES } from "./case-places.ts";
import { commissioning, loading, observing, packing, unloading } from "./epcis-events.ts";
import { type LiveStep, liveSteps, type Shelf } from "./live-steps.ts";
import type { OrganisationRecord } from "./network-file.ts";
import { box, type DemoBox, gs1Pack } from "./packs.ts";
import { demoLots } from "./products.ts";
import { STEP_AGO_MS } from "./scenario.ts";
import { type DemoCapture, later, type Place, placesOf, stateAt, type World } from "./world.ts";

/** What is stated of the past of ordinary packs, and what happens then, in the order of time. */
export interface DemoStock {
  readonly captures: readonly DemoCapture[];
  readonly live: readonly LiveStep[];
}

const minuteMs = 60_000;
/** With 120 pharmacies: 720 packs in stock, and 360 more in 120 cases at the wholesaler. */
const pharmaciesMax = 120;
const packsInStock = 6;
const packsInCase = 3;

/** The stock of a network and its live life, bounded in all. */
export function planStock(world: World): DemoStock {
  const find = placesOf(world.organisations);
  const shelves = shelvesOf(world, find);
  const boxes = shelves.map((_, at) => stockBox(world, at + 1));
  return {
    captures: storedAtWholesaler(world, find, boxes),
    live: liveSteps(shelves, boxes, freeTrucks(world.organisations).map(find)),
  };
}

function shelvesOf({ seed, now, organisations }: World, find: (id: string) => Place): Shelf[] {
  const lots = demoLots(seed, now);
  const pharmacies = organisations.filter(({ kind }) => kind === "pharmacy").slice(0, pharmaciesMax);
  return pharmacies.map((pharmacy) => {
    const packs = Array.from({ length: packsInStock }, (_, at) =>
      gs1Pack(seed, at % 2 === 0 ? lots.insulin : lots.vaccine, `stock/${pharmacy.id}/${at}`),
    );
    return { place: find(lastFridge(pharmacy)), packs };
  });
}

function lastFridge({ sites = [] }: OrganisationRecord): string {
  const fridges = sites.flatMap(({ equipment }) => equipment.filter(({ kind }) => kind === "refrigerator"));
  return fridges.at(-1)?.id ?? "";
}

function stockBox({ seed, now }: World, n: number): DemoBox {
  const { insulin } = demoLots(seed, now);
  const packs = Array.from({ length: packsInCase }, (_, at) => gs1Pack(seed, insulin, `case/${n}/${at}`));
  return box(seed, `stock/${n}`, packs);
}

/** Cases for the days to come went with those worth scanning from the maker to the wholesaler. */
function storedAtWholesaler(
  world: World,
  find: (id: string) => Place,
  boxes: readonly DemoBox[],
): DemoCapture[] {
  const { insulin } = demoLots(world.seed, world.now);
  const [maker, truck] = [find(FIXED_PLACES.maker), find(FIXED_PLACES.truck)];
  const at = (step: keyof typeof STEP_AGO_MS): number => world.now - STEP_AGO_MS[step];
  const packs = boxes.flatMap((each) => each.packs);
  const epcs = boxes.map(({ epc }) => epc);
  return [
    stateAt(world, maker, at("commissioned"), (on) => [commissioning(on, insulin, packs)]),
    stateAt(world, maker, at("packed"), (on) => boxes.map((each) => packing(on, each))),
    stateAt(world, truck, at("loadedAtMaker"), (on) => [loading(on, truck.epc, boxes)]),
    stateAt(world, find(FIXED_PLACES.wholesaler), at("unloadedAtWholesaler"), (on) => [
      unloading(on, truck.epc, boxes),
      observing(later(on, minuteMs), epcs, "receiving"),
    ]),
  ];
}

/** Trucks without a case aboard; the one that is on its way with a case stays on its way. */
function freeTrucks(organisations: readonly OrganisationRecord[]): string[] {
  const sites = organisations.flatMap(({ sites: found = [] }) => found);
  const trucks = sites.flatMap(({ equipment }) => equipment.filter(({ kind }) => kind === "vehicle"));
  const busy: readonly string[] = [FIXED_PLACES.truck, FIXED_PLACES.coldTruck, FIXED_PLACES.roadTruck];
  const free = trucks.filter(({ id }) => !busy.includes(id)).map(({ id }) => id);
  return free.length > 0 ? free : [FIXED_PLACES.truck];
}
