/**
 * What goes wrong in the demo network, and where: of about 370 pieces of equipment a handful is not as it should be.
 * Times are in ms after the demo's `now`, so the past is negative.
 */

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Something that goes wrong with an equipment, a probe of it, or the gateway behind it. */
export type Incident =
  | {
      /** The air follows towards `towardsC` until the repair; `mains` when the shop has no power meanwhile. */
      readonly kind: "unit-failure";
      readonly fromMs: number;
      readonly repairedMs: number;
      readonly towardsC: number;
      readonly followMs: number;
      readonly mains: boolean;
    }
  | { readonly kind: "set-too-low" }
  | { readonly kind: "probe-silent"; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: "probe-fault"; readonly fromMs: number }
  | { readonly kind: "probe-drift"; readonly driftCPerDay: number }
  | { readonly kind: "calibration-expired"; readonly agoMs: number }
  | {
      /** `backMs` counts from when the cases are ready; null: it does not come back. */
      readonly kind: "gateway-offline";
      readonly fromMs: number;
      readonly backMs: number | null;
    }
  | { readonly kind: "gateway-never-connected" }
  | { readonly kind: "gateway-slow-clock"; readonly slowPpm: number };

/** A cut of the mains; a closed refrigerator warms slowly. */
function powerCut(fromMs: number, repairedMs: number, followMs: number): Incident {
  return { kind: "unit-failure", fromMs, repairedMs, towardsC: 26, followMs, mains: true };
}

/** The incidents of the cases: what the packs worth scanning have to tell. */
export const CASE_INCIDENTS = {
  /** Above 8 °C for about 40 minutes. */
  warmTruck: {
    kind: "unit-failure",
    fromMs: -10.5 * hourMs,
    repairedMs: -10.5 * hourMs + 52 * minuteMs,
    towardsC: 26,
    followMs: 150 * minuteMs,
    mains: false,
  },
  /** A thermostat that sticks: the unit never rests, and the load freezes. */
  frozenTruck: {
    kind: "unit-failure",
    fromMs: -9.5 * hourMs,
    repairedMs: -9.5 * hourMs + 55 * minuteMs,
    towardsC: -6,
    followMs: 45 * minuteMs,
    mains: false,
  },
  silentFridge: { kind: "probe-silent", fromMs: -7 * hourMs, toMs: -2 * hourMs },
  /** Long enough to look at its page before, also where the machine is busy with everybody else's history. */
  backfilledFridge: { kind: "gateway-offline", fromMs: -5 * hourMs, backMs: 2 * minuteMs },
  expiredFridge: { kind: "calibration-expired", agoMs: 12 * 24 * hourMs },
} as const satisfies Record<string, Incident>;

/** A cut in the pharmacy whose manager the demo lets sign in: too warm at the start, well again soon after. */
export const managersIncident: Incident = powerCut(-75 * minuteMs, 12 * minuteMs, 240 * minuteMs);

/** Incidents of ordinary pharmacies, by number: which refrigerator (from 1), and what. */
const ordinary: Readonly<Record<number, readonly [fridge: number, incident: Incident]>> = {
  15: [1, powerCut(-100 * minuteMs, -55 * minuteMs, 150 * minuteMs)],
  21: [2, powerCut(3 * minuteMs, 28 * minuteMs, 60 * minuteMs)],
  27: [1, { kind: "set-too-low" }],
  33: [2, { ...powerCut(-50 * minuteMs, 4 * hourMs, 150 * minuteMs), mains: false } as Incident],
  39: [1, { kind: "probe-fault", fromMs: -35 * minuteMs }],
  44: [1, { kind: "calibration-expired", agoMs: 3 * 24 * hourMs }],
  50: [1, { kind: "gateway-offline", fromMs: -42 * minuteMs, backMs: null }],
  58: [2, { kind: "probe-fault", fromMs: -95 * minuteMs }],
  61: [1, { kind: "probe-drift", driftCPerDay: 1.2 }],
  66: [1, { kind: "gateway-offline", fromMs: -95 * minuteMs, backMs: null }],
  72: [1, { kind: "gateway-slow-clock", slowPpm: 1_500 }],
  77: [1, { kind: "calibration-expired", agoMs: 40 * 24 * hourMs }],
  85: [1, { kind: "gateway-never-connected" }],
  91: [1, { kind: "probe-fault", fromMs: -20 * minuteMs }],
  102: [1, { kind: "gateway-offline", fromMs: -55 * minuteMs, backMs: 10 * minuteMs }],
};

/** Whether anything goes wrong in an ordinary pharmacy. */
export function hasIncident(pharmacy: number): boolean {
  return pharmacy in ordinary;
}

/** What goes wrong with a refrigerator of an ordinary pharmacy, if anything does. */
export function ordinaryIncident(pharmacy: number, fridge: number): Incident | null {
  const [at, incident] = ordinary[pharmacy] ?? [0, null];
  return at === fridge ? incident : null;
}
