/** Equipment of the demo network before identifiers and keys are drawn: climate, measuring points, cadence. */
import type { Climate } from "./fridge-model.ts";
import type { Incident } from "./incidents.ts";
import type { EquipmentRecord, Names } from "./network-file.ts";

/** How often an equipment's gateways sample, and how far back their memory goes when the demo starts; ms. */
export interface Cadence {
  readonly historyMs: number;
  readonly historyIntervalMs: number;
  readonly liveIntervalMs: number;
}

/** Equipment with its climate and the number of its measuring points on each gateway of the site. */
export interface EquipmentPlan extends Cadence {
  readonly id: string;
  readonly kind: EquipmentRecord["kind"];
  readonly scope: EquipmentRecord["scope"];
  readonly names: Names;
  /** The SGLN extension; the reference of the GIAI of a vehicle, or of the GRAI of a box. */
  readonly address: string;
  readonly climate: Omit<Climate, "start" | "failure">;
  readonly points: Readonly<Record<string, number>>;
  /** The packs worth scanning travel through it: it is registered since its history began, and reports first. */
  readonly isInCase: boolean;
  /** Null takes the server's own window. */
  readonly segmentMs: number | null;
  readonly validatedMs: number | null;
  /** Its first probe's gateway also reads a door contact and the mains. */
  readonly hasContacts: boolean;
  readonly incident: Incident | null;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const coldroomClimate = { setpointC: 4.8, cycleC: 0.5, cycleMs: 42 * minuteMs, doorC: 0.8, load: 0.7 };
const truckClimate = { setpointC: 4.9, cycleC: 0.4, cycleMs: 26 * minuteMs, doorC: 0, load: 0.5 };
const fridgeClimate = { setpointC: 4.6, cycleC: 0.8, cycleMs: 34 * minuteMs, doorC: 1.6, load: 0.4 };
const lowSetClimate = { ...fridgeClimate, setpointC: 1.1, cycleC: 0.4, doorC: 0.4 };

/** GSP asks for a record every 30 min where goods are stored: every 10 min of a short memory, then live. */
const standing: Cadence = {
  historyMs: 2 * hourMs,
  historyIntervalMs: 10 * minuteMs,
  liveIntervalMs: 2 * minuteMs,
};
/** … every 5 min on the way. */
const moving: Cadence = { historyMs: hourMs, historyIntervalMs: 5 * minuteMs, liveIntervalMs: minuteMs };
/** A whole day where the cases are, in windows of 15 min. */
const standingInCase = {
  historyMs: dayMs,
  historyIntervalMs: 5 * minuteMs,
  liveIntervalMs: 2 * minuteMs,
  segmentMs: 15 * minuteMs,
  isInCase: true,
};
const movingInCase = { ...standingInCase, historyIntervalMs: 2 * minuteMs, liveIntervalMs: minuteMs };
const ordinary = { isInCase: false, segmentMs: null, validatedMs: null, hasContacts: false, incident: null };

/** What a builder may be told otherwise. */
type Otherwise = Partial<EquipmentPlan>;

/** A pharmacy's refrigerator. */
export function fridge(
  id: string,
  n: number,
  points: EquipmentPlan["points"],
  otherwise: Otherwise,
): EquipmentPlan {
  const isLow = otherwise.incident?.kind === "set-too-low";
  return {
    ...ordinary,
    ...standing,
    id,
    kind: "refrigerator",
    scope: "shop",
    names: { zh: `${n}号药品冷藏柜`, en: `Refrigerator ${n}` },
    address: `FRIDGE${n}`,
    climate: isLow ? lowSetClimate : fridgeClimate,
    points,
    ...(otherwise.isInCase ? standingInCase : {}),
    ...otherwise,
  };
}

/** A cold room of a maker or a wholesaler. */
export function coldroom(
  id: string,
  n: number,
  points: EquipmentPlan["points"],
  otherwise: Otherwise,
): EquipmentPlan {
  return {
    ...ordinary,
    ...standing,
    id,
    kind: "coldroom",
    scope: "warehouse",
    names: { zh: `${n}号冷库`, en: `Cold room ${n}` },
    address: `COLDROOM${n}`,
    climate: coldroomClimate,
    points,
    ...(otherwise.isInCase ? standingInCase : {}),
    ...otherwise,
  };
}

/** How far back the memory goes where somebody will want to see what happened: a whole day. */
export const DAY: Pick<Cadence, "historyMs"> = { historyMs: dayMs };

/** The cold room whose chart shows a week: one reading every 15 min of 7 days. */
export const WEEK: Cadence = {
  historyMs: 7 * dayMs,
  historyIntervalMs: 15 * minuteMs,
  liveIntervalMs: 2 * minuteMs,
};

/** The compartment of a refrigerated truck with its four probes; a short memory is enough for a short tour. */
export function truck(n: number, otherwise: Otherwise): EquipmentPlan {
  return {
    ...ordinary,
    ...moving,
    id: `truck-${n}`,
    kind: "vehicle",
    scope: "transport",
    names: { zh: `${n}号冷藏车车厢`, en: `Compartment of truck ${n}` },
    address: `TRUCK${n}`,
    climate: truckClimate,
    points: { [`gw-truck-${n}`]: 4 },
    ...(otherwise.isInCase ? movingInCase : {}),
    ...otherwise,
  };
}

/** A box validated for 24 h, without a sensor, in which insulin is brought home. */
export function deliveryBox(id: string): EquipmentPlan {
  return {
    ...ordinary,
    ...movingInCase,
    historyMs: 3 * hourMs,
    segmentMs: hourMs,
    id,
    kind: "box",
    scope: "transport",
    names: { zh: "送药上门保温箱", en: "Home delivery box" },
    address: "BOX1",
    climate: truckClimate,
    points: {},
    validatedMs: dayMs,
  };
}
