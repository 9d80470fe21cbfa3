import type { Alarm, EquipmentSummary, Site } from "#api/console-shapes.ts";

/** What equipment can be in. */
export type EquipmentState = EquipmentSummary["state"];

/** What a site can be in. */
export type SiteState = Site["state"];

/** How something looks: `stop` act now, `caution` look into it, `open` not known, `good` in order. */
export type Tone = "stop" | "caution" | "open" | "good";

interface StateLook {
  readonly rank: number;
  readonly tone: Tone;
}

const looks: Readonly<Record<SiteState, StateLook>> = {
  "too-cold": { rank: 0, tone: "stop" },
  "too-warm": { rank: 1, tone: "stop" },
  "no-data": { rank: 2, tone: "caution" },
  "sensor-fault": { rank: 3, tone: "caution" },
  "calibration-expired": { rank: 4, tone: "open" },
  "never-reported": { rank: 5, tone: "open" },
  "no-equipment": { rank: 6, tone: "open" },
  "in-range": { rank: 7, tone: "good" },
};

/** All states of sites, worst first. */
export const statesWorstFirst = (Object.keys(looks) as SiteState[]).sort(
  (a, b) => looks[a].rank - looks[b].rank,
);

/** All states of equipment, worst first. */
export const equipmentStatesWorstFirst = statesWorstFirst.filter((state) => state !== "no-equipment");

/** How a state looks. */
export function toneOf(state: SiteState): Tone {
  return looks[state].tone;
}

const alarmTones: Readonly<Record<Exclude<Alarm["kind"], SiteState>, Tone>> = {
  integrity: "caution",
  "log-fork": "stop",
  "log-disagree": "caution",
  "log-costly": "caution",
  "log-copy": "stop",
  "log-funds": "caution",
  "log-down": "caution",
};

/** How an alarm looks. */
export function toneOfAlarm(kind: Alarm["kind"]): Tone {
  return kind in looks ? looks[kind as keyof typeof looks].tone : alarmTones[kind as keyof typeof alarmTones];
}

/** How something looks when it isn't live: what was wrong is to be looked into, what was in order is not known. */
export function toneOnceLive(tone: Tone): Tone {
  return tone === "stop" || tone === "caution" ? "caution" : "open";
}

/** Negative when `a` is worse than `b`. */
export function compareStates(a: SiteState, b: SiteState): number {
  return looks[a].rank - looks[b].rank;
}
