/** Where and by whom things are stated: the places of a register file, and captures that name them. */
import { type EpcisEvent, epcisDocument, type Occasion } from "./epcis-events.ts";
import { boxEpc, placeEpc, vehicleEpc } from "./identifiers.ts";
import type { OrganisationRecord } from "./network-file.ts";
import type { Seed } from "./seed.ts";

/** A network whose partners state things at a time (epoch ms). */
export interface World {
  readonly seed: Seed;
  readonly now: number;
  readonly organisations: readonly OrganisationRecord[];
}

/** An equipment's canonical EPC, and whose it is. */
export interface Place {
  readonly epc: string;
  readonly organisation: string;
}

/** One document that an organisation's system posts; `at` is the time of its newest event, epoch ms. */
export interface DemoCapture {
  readonly organisation: string;
  readonly at: number;
  readonly document: EpcisEvent;
}

/** Equipment of the register file by its id. @throws Error when there is none of that id */
export function placesOf(organisations: readonly OrganisationRecord[]): (equipment: string) => Place {
  const places = new Map<string, Place>();
  for (const { id: organisation, sites = [] } of organisations)
    for (const { gln, equipment } of sites)
      for (const { id, giai, grai, extension = "" } of equipment) {
        const epc = giai ? vehicleEpc(giai) : grai ? boxEpc(grai) : placeEpc(gln, extension);
        places.set(id, { organisation, epc });
      }
  return (equipment) => {
    const place = places.get(equipment);
    if (place === undefined) throw new Error(`the network has no equipment ${equipment}`);
    return place;
  };
}

/** What whoever has a place states at a time (epoch ms); a document may hold events up to `lastsMs` later. */
export function stateAt(
  { seed, now }: Pick<World, "seed" | "now">,
  place: Place,
  at: number,
  write: (on: Occasion) => readonly EpcisEvent[],
  lastsMs = 0,
): DemoCapture {
  const document = epcisDocument(now, write({ seed, at, place: place.epc }));
  return { organisation: place.organisation, at: at + lastsMs, document };
}

/** The same occasion so much later. */
export function later(on: Occasion, ms: number): Occasion {
  return { ...on, at: on.at + ms };
}
