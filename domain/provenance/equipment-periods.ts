/** The times in which an equipment had one set of limits and rules, and in which each point lay in it, by its windows. */
import type { TrustFile } from "#domain/log/bundle.ts";
import type { RosterBody } from "./bodies.ts";
import type { Span } from "./equipment-report.ts";
import { type EquipmentRules, rulesOf } from "./equipment-rules.ts";
import { countsFrom } from "./policy.ts";
import type { EquipmentContents, RosteredWindow } from "./verify-equipment.ts";

/** A time under one set of limits; `rules` is null where the trust file doesn't pin them. */
export interface Period extends Span {
  readonly lowerMilliC: number;
  readonly upperMilliC: number;
  readonly rules: EquipmentRules | null;
}

/** Periods that tile the bundle's time; none where it has no window. */
export function periodsOf({ windows, from, to, profiles }: EquipmentContents): Period[] {
  const starts = windows.filter((window, at) => at === 0 || keyOf(window) !== keyOf(windows[at - 1]));
  return starts.map((window, at) => ({
    from: at === 0 ? from : window.from,
    to: starts[at + 1]?.from ?? to,
    ...settingsOf(window.roster, profiles),
  }));
}

/**
 * When a point lay there: runs of windows that name it. The first reaches back to the bundle's beginning and the last to its
 * end, unless the roster says that the point was placed inside its window: what is not sealed there is a gap.
 */
export function staysOf({ windows, from, to }: EquipmentContents, point: string): Span[] {
  const stays: { from: number; to: number }[] = [];
  let isOpen = false;
  for (const [at, window] of windows.entries()) {
    const isNamed = window.body.points.some((one) => one.point === point);
    const end = at === windows.length - 1 ? to : Math.min(window.to, to);
    if (isNamed && !isOpen)
      stays.push({ from: beginOf(window, point, at === 0 ? from : window.from), to: end });
    else if (isNamed) stays[stays.length - 1] = { from: stays.at(-1)?.from ?? from, to: end };
    isOpen = isNamed;
  }
  return stays.filter((stay) => stay.to > stay.from);
}

function beginOf({ from, to, roster }: RosteredWindow, name: string, otherwise: number): number {
  const placed = roster.points.find(({ point }) => point === name);
  if (placed === undefined) return otherwise;
  const since = countsFrom({ at: placed.since, accepted: placed.accepted, offline: placed.offline });
  return since > from && since < to ? Math.max(since, otherwise) : otherwise;
}

function settingsOf(roster: RosterBody, profiles: TrustFile["profiles"]) {
  const { lowerMilliC, upperMilliC } = roster;
  return { lowerMilliC, upperMilliC, rules: rulesOf([roster], profiles) };
}

function keyOf(window: RosteredWindow | undefined): string {
  const { lowerMilliC, upperMilliC, profile, scope } = window?.roster ?? {};
  return JSON.stringify([lowerMilliC, upperMilliC, profile?.name, profile?.version, scope]);
}
