/** EPCIS 2.0 events (JSON-LD) as the partners' own systems write them. */
import { toHex } from "#domain/log/bytes.ts";
import type { DemoBox, DemoPack } from "./packs.ts";
import type { DemoLot } from "./products.ts";
import type { Seed } from "./seed.ts";

const minuteMs = 60_000;

/** One EPCIS event, as JSON. */
export type EpcisEvent = Readonly<Record<string, unknown>>;

/** Who says when and where something happened; `at` epoch ms, `place` the canonical EPC of an equipment. */
export interface Occasion {
  readonly seed: Seed;
  readonly at: number;
  readonly place: string;
}

/** Packs of one lot get their codes (bizStep commissioning); a Chinese code doesn't hold its GTIN, so it is stated. */
export function commissioning(occasion: Occasion, lot: DemoLot, packs: readonly DemoPack[]): EpcisEvent {
  return {
    ...event(occasion, "ObjectEvent", `commission/${packs.map(({ epc }) => epc).join()}`),
    epcList: packs.map(({ epc }) => epc),
    action: "ADD",
    bizStep: "commissioning",
    disposition: "active",
    ...staying(occasion),
    ilmd: {
      "cbvmda:lotNumber": lot.lot,
      "cbvmda:itemExpirationDate": lot.expiry,
      "coldmark:product": `https://id.gs1.org/01/${lot.gtin}`,
    },
  };
}

/** Packs go into a case. */
export function packing(occasion: Occasion, box: DemoBox): EpcisEvent {
  return {
    ...contents(occasion, box, "ADD", "packing"),
    disposition: "in_progress",
    ...staying(occasion),
  };
}

/** Packs come out of their case, at the place where both are. */
function unpacking(occasion: Occasion, box: DemoBox): EpcisEvent {
  return {
    ...contents(occasion, box, "DELETE", "unpacking"),
    disposition: "sellable_accessible",
    ...staying(occasion),
  };
}

/** A case goes into a vehicle; where it is from now on follows from the vehicle. */
export function loading(occasion: Occasion, vehicle: string, boxes: readonly DemoBox[]): EpcisEvent {
  return {
    ...stowage(occasion, vehicle, boxes, "ADD", "loading"),
    disposition: "in_transit",
    readPoint: { id: occasion.place },
  };
}

/** A case comes out of a vehicle and into the place that states it. */
export function unloading(occasion: Occasion, vehicle: string, boxes: readonly DemoBox[]): EpcisEvent {
  return {
    ...stowage(occasion, vehicle, boxes, "DELETE", "unloading"),
    disposition: "in_progress",
    ...staying(occasion),
  };
}

/** A case comes out of a vehicle at a place, is received there, and its packs are taken out `unpackingMs` later. */
export function arriving(on: Occasion, vehicle: string, box: DemoBox, unpackingMs: number): EpcisEvent[] {
  const after = (ms: number): Occasion => ({ ...on, at: on.at + ms });
  return [
    unloading(on, vehicle, [box]),
    observing(after(minuteMs), [box.epc], "receiving"),
    unpacking(after(unpackingMs), box),
    observing(
      after(unpackingMs + minuteMs),
      box.packs.map(({ epc }) => epc),
      "storing",
    ),
  ];
}

/** A pack goes into a delivery box, which is equipment: where it is from now on is the box. */
export function placingInBox(occasion: Occasion, box: string, pack: DemoPack): EpcisEvent {
  return {
    ...event(occasion, "AggregationEvent", `packing/${box}/${pack.epc}`),
    parentID: box,
    childEPCs: [pack.epc],
    action: "ADD",
    bizStep: "packing",
    disposition: "in_transit",
    readPoint: { id: occasion.place },
  };
}

/** A place sees things in its keeping (receiving, storing). */
export function observing(occasion: Occasion, epcs: readonly string[], bizStep: string): EpcisEvent {
  return {
    ...event(occasion, "ObjectEvent", `${bizStep}/${epcs.join()}`),
    epcList: epcs,
    action: "OBSERVE",
    bizStep,
    disposition: bizStep === "receiving" ? "in_progress" : "sellable_accessible",
    ...staying(occasion),
  };
}

/** A pack is handed to a patient and leaves the cold chain that anyone measures. */
export function dispensing(occasion: Occasion, pack: DemoPack): EpcisEvent {
  return {
    ...event(occasion, "ObjectEvent", `dispense/${pack.epc}`),
    epcList: [pack.epc],
    action: "OBSERVE",
    bizStep: "dispensing",
    disposition: "dispensed",
    readPoint: { id: occasion.place },
  };
}

/** A capture's document around its events. */
export function epcisDocument(at: number, events: readonly EpcisEvent[]): EpcisEvent {
  return {
    "@context": [
      "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
      { cbvmda: "urn:epcglobal:cbv:mda:", coldmark: "urn:coldmark:epcis:" },
    ],
    type: "EPCISDocument",
    schemaVersion: "2.0",
    creationDate: new Date(at).toISOString(),
    epcisBody: { eventList: events },
  };
}

function contents(occasion: Occasion, box: DemoBox, action: string, bizStep: string): EpcisEvent {
  return {
    ...event(occasion, "AggregationEvent", `${bizStep}/${box.epc}`),
    parentID: box.epc,
    childEPCs: box.packs.map(({ epc }) => epc),
    action,
    bizStep,
  };
}

function stowage(
  occasion: Occasion,
  vehicle: string,
  boxes: readonly DemoBox[],
  action: string,
  bizStep: string,
): EpcisEvent {
  return {
    ...event(occasion, "AggregationEvent", `${bizStep}/${boxes.map(({ epc }) => epc).join()}`),
    parentID: vehicle,
    childEPCs: boxes.map(({ epc }) => epc),
    action,
    bizStep,
  };
}

function staying(occasion: Occasion): EpcisEvent {
  return { readPoint: { id: occasion.place }, bizLocation: { id: occasion.place } };
}

/** The event's id follows from what it says, so that sending it again is the same event. */
function event({ seed, at }: Occasion, type: string, what: string): EpcisEvent {
  return {
    type,
    eventID: `urn:uuid:${uuid(seed.bytes(`event/${at}/${what}`))}`,
    eventTime: new Date(at).toISOString(),
    eventTimeZoneOffset: "+08:00",
  };
}

/** A version 8 UUID (RFC 9562 §5.8) of the first 16 bytes. */
function uuid(bytes: Uint8Array): string {
  const hex = toHex(bytes.subarray(0, 16));
  const variant = (8 + (Number.parseInt(hex.charAt(16), 16) % 4)).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
