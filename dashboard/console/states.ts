import type { EquipmentSummary } from "#api/console-shapes.ts";

/** What equipment can be in. */
export type EquipmentState = EquipmentSummary["state"];

/** How something looks: `stop` act now, `caution` look into it, `open` not known, `good` in order. */
export type Tone = "stop" | "caution" | "open" | "good";

interface StateLook {
  readonly rank: number;
  readonly tone: Tone;
}

const looks: Readonly<Record<EquipmentState, StateLook>> = {
  "too-cold": { rank: 0, tone: "stop" },
  "too-warm": { rank: 1, tone: "stop" },
  "no-data": { rank: 2, tone: "caution" },
  "sensor-fault": { rank: 3, tone: "caution" },
  "calibration-expired": { rank: 4, tone: "open" },
  "never-reported": { rank: 5, tone: "open" },
  "in-range": { rank: 6, tone: "good" },
};

/** All states, worst first. */
export const statesWorstFirst = (Object.keys(looks) as EquipmentState[]).sort(
  (a, b) => looks[a].rank - looks[b].rank,
);

/** How a state looks. */
export function toneOf(state: EquipmentState): Tone {
  return looks[state].tone;
}

/** Negative when `a` is worse than `b`. */
export function compareStates(a: EquipmentState, b: EquipmentState): number {
  return looks[a].rank - looks[b].rank;
}
