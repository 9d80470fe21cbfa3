/** What becomes of ordinary packs while the demo runs, step by step, and what is stated of each step. */
import { arriving, dispensing, loading, observing } from "./epcis-events.ts";
import type { DemoBox, DemoPack } from "./packs.ts";
import { UNPACKING_MS } from "./scenario.ts";
import { type DemoCapture, later, type Place, stateAt, type World } from "./world.ts";

/** Something that happens `afterMs` after the network is there. */
export type LiveStep = { readonly afterMs: number; readonly place: Place } & (
  | { readonly what: "stock-taking"; readonly packs: readonly DemoPack[] }
  | { readonly what: "dispensing"; readonly pack: DemoPack }
  | { readonly what: "loading"; readonly box: DemoBox }
  | { readonly what: "arriving"; readonly vehicle: string; readonly box: DemoBox }
);

/** A refrigerator with the packs that are in it at the start. */
export interface Shelf {
  readonly place: Place;
  readonly packs: readonly DemoPack[];
}

const minuteMs = 60_000;
const deliveryEveryMs = 12 * minuteMs;
const deliveryTakesMs = 20 * minuteMs;
const saleEveryMs = 3 * minuteMs;
const firstSteps = { delivery: minuteMs, sale: 90_000 };

/** Everything that happens: stock-takes first, then deliveries to one shelf after the other, and sales. */
export function liveSteps(
  shelves: readonly Shelf[],
  boxes: readonly DemoBox[],
  trucks: readonly Place[],
): LiveStep[] {
  const steps = [...shelves.map(stockTaking), ...deliveries(shelves, boxes, trucks), ...sales(shelves)];
  return steps.sort((a, b) => a.afterMs - b.afterMs);
}

/** The capture of a live step at the time when it happens (epoch ms). */
export function liveCapture({ seed }: Pick<World, "seed">, step: LiveStep, at: number): DemoCapture {
  return stateAt({ seed, now: at }, step.place, at, (on) => {
    if (step.what === "stock-taking") return [observing(on, codesOf(step.packs), "stock_taking")];
    if (step.what === "dispensing") return [dispensing(on, step.pack)];
    if (step.what === "loading") return [loading(on, on.place, [step.box])];
    // The packs were taken out just now, so the case came off the truck a while before.
    return arriving(later(on, -UNPACKING_MS - minuteMs), step.vehicle, step.box, UNPACKING_MS);
  });
}

/** The opening stock-take: packs enter without a past. */
function stockTaking({ place, packs }: Shelf): LiveStep {
  return { afterMs: 0, place, what: "stock-taking", packs };
}

function codesOf(packs: readonly DemoPack[]): string[] {
  return packs.map(({ epc }) => epc);
}

/** One case after the other to one pharmacy after the other, on trucks in turn. */
function deliveries(
  shelves: readonly Shelf[],
  boxes: readonly DemoBox[],
  trucks: readonly Place[],
): LiveStep[] {
  return boxes.flatMap((each, at): LiveStep[] => {
    const truck = trucks[at % trucks.length] as Place;
    const shelf = shelves[at] as Shelf;
    const afterMs = firstSteps.delivery + at * deliveryEveryMs;
    return [
      { afterMs, place: truck, what: "loading", box: each },
      {
        afterMs: afterMs + deliveryTakesMs + UNPACKING_MS,
        place: shelf.place,
        what: "arriving",
        vehicle: truck.epc,
        box: each,
      },
    ];
  });
}

function sales(shelves: readonly Shelf[]): LiveStep[] {
  const total = shelves.reduce((sum, { packs }) => sum + packs.length, 0);
  return Array.from({ length: total }, (_, at): LiveStep => {
    const round = Math.floor(at / shelves.length);
    const { place, packs } = shelves[at % shelves.length] as Shelf;
    const pack = packs[round] as DemoPack;
    return { afterMs: firstSteps.sale + at * saleEveryMs, place, what: "dispensing", pack };
  });
}
