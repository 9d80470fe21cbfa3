import { type ProfileScope, profileOf } from "./profiles.ts";

/** What equipment is in, worst first; whatever is not known is never `in-range`. */
export const equipmentStates = [
  "too-cold",
  "too-warm",
  "no-data",
  "sensor-fault",
  "calibration-expired",
  "never-reported",
  "in-range",
] as const;

/** What equipment is in. */
export type EquipmentState = (typeof equipmentStates)[number];

/** What is known of a measuring point now; times in epoch ms, the newest reading's values null where it gave none. */
export interface PointNow {
  readonly newestTs: number | null;
  readonly tMilliC: number | null;
  readonly err: string | null;
  readonly calibratedUntil: number | null;
  /** When we accepted that the point lies in this equipment. */
  readonly acceptedAt: number;
  /** Whether a logger's file brings its readings in: they never tell of the present (design §7). */
  readonly isReplay?: boolean;
}

/** What is known of an equipment now; `excursions` are those that last. */
export interface EquipmentNow {
  readonly lowerMilliC: number;
  readonly upperMilliC: number;
  readonly silentAfterMs: number;
  readonly points: readonly PointNow[];
  readonly excursions: readonly { readonly direction: "high" | "low"; readonly fromTs: number }[];
}

/** Something that is wrong, and since when by the devices' time (epoch ms; null where nothing tells). */
interface Condition {
  readonly state: Exclude<EquipmentState, "in-range">;
  readonly since: number | null;
}

/**
 * How long a point may be silent in a scope: the record interval of its rule profile (GSP appendix 3 §5: storage 30 min,
 * transport 5 min). Under a profile that nobody knows no reading is recent enough: 0.
 */
export function silentAfterMs(profile: string, version: number, scope: ProfileScope): number {
  return profileOf(profile, version)?.scopes[scope].recordIntervalMs.value ?? 0;
}

/** Everything that is wrong with an equipment at `now`, each condition once with its earliest beginning, worst first. */
export function conditionsOf(equipment: EquipmentNow, now: number): Condition[] {
  const found = [
    ...equipment.excursions.map(({ direction, fromTs }) => condition(outside(direction), fromTs)),
    ...equipment.points.flatMap((point) => pointConditions(equipment, point, now)),
    ...(equipment.points.length === 0 ? [condition("never-reported", null)] : []),
  ];
  const states = [...new Set(found.map(({ state }) => state))].sort(byState);
  return states.map((state) => condition(state, earliest(found.filter((each) => each.state === state))));
}

/** The worst that is wrong with an equipment, else that it is in range (which has no beginning that we know). */
export function equipmentState(
  equipment: EquipmentNow,
  now: number,
): { readonly state: EquipmentState; readonly since: number | null } {
  return conditionsOf(equipment, now)[0] ?? { state: "in-range", since: null };
}

/** Orders states worst first. */
export function byState(a: EquipmentState, b: EquipmentState): number {
  return equipmentStates.indexOf(a) - equipmentStates.indexOf(b);
}

function pointConditions(equipment: EquipmentNow, point: PointNow, now: number): Condition[] {
  const { newestTs, tMilliC, calibratedUntil, acceptedAt, isReplay = false } = point;
  if (newestTs === null) return [condition("never-reported", acceptedAt)];
  const found: Condition[] = isReplay ? [condition("never-reported", acceptedAt)] : [];
  if (tMilliC !== null && tMilliC < equipment.lowerMilliC) found.push(condition("too-cold", newestTs));
  if (tMilliC !== null && tMilliC > equipment.upperMilliC) found.push(condition("too-warm", newestTs));
  if (now - newestTs > equipment.silentAfterMs) found.push(condition("no-data", newestTs));
  // A reading without a temperature shows as little as one with a fault code.
  if (point.err !== null || tMilliC === null) found.push(condition("sensor-fault", newestTs));
  if (calibratedUntil === null || calibratedUntil < now)
    found.push(condition("calibration-expired", calibratedUntil ?? acceptedAt));
  return found;
}

function condition(state: Condition["state"], since: number | null): Condition {
  return { state, since };
}

function outside(direction: "high" | "low"): Condition["state"] {
  return direction === "high" ? "too-warm" : "too-cold";
}

function earliest(conditions: readonly Condition[]): number | null {
  const times = conditions.flatMap(({ since }) => since ?? []);
  return times.length === 0 ? null : Math.min(...times);
}
