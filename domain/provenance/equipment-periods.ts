/** The times in which an equipment had one set of limits and rules, and in which each point lay in it, by its windows. */
import type { TrustFile } from "#domain/log/bundle.ts";
import type { RosterBody } from "./bodies.ts";
import type { Span } from "./equipment-report.ts";
import { type EquipmentRules, rulesOf } from "./equipment-rules.ts";
import { joinSpans } from "./join-spans.ts";
import { placedFrom } from "./placed-from.ts";
import type { NamedPoint } from "./points-by-name.ts";
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
    from: at === 0 ? from : Math.max(from, window.from),
    to: Math.max(from, starts[at + 1]?.from ?? to),
    ...settingsOf(window.roster, profiles),
  }));
}

/**
 * When a point lay there: runs of windows that it lay in. The first reaches back to the bundle's beginning and the last to
 * its end, unless the roster says that the point was placed inside its window: what is not sealed there is a gap.
 */
export function staysOf(
  { windows, from, to }: EquipmentContents,
  named: readonly NamedPoint<RosteredWindow>[],
): Span[] {
  const stays: Span[] = [];
  let lastAt = Number.NEGATIVE_INFINITY;
  for (const one of named) {
    const { at, window } = one;
    const end = at === windows.length - 1 ? to : Math.min(window.to, to);
    const open = at === lastAt + 1 ? stays.pop() : undefined;
    if (open === undefined)
      stays.push({ from: beginOf(one, at === 0 ? from : Math.max(from, window.from)), to: end });
    else stays.push({ from: open.from, to: Math.max(open.to, end) });
    lastAt = at;
  }
  return joinSpans(stays.filter((stay) => stay.to > stay.from));
}

function beginOf({ window, placed }: NamedPoint<RosteredWindow>, otherwise: number): number {
  if (placed === null) return otherwise;
  const since = placedFrom(placed);
  return since > window.from && since < window.to ? Math.max(since, otherwise) : otherwise;
}

function settingsOf(roster: RosterBody, profiles: TrustFile["profiles"]) {
  const { lowerMilliC, upperMilliC } = roster;
  return { lowerMilliC, upperMilliC, rules: rulesOf([roster], profiles) };
}

function keyOf(window: RosteredWindow | undefined): string {
  const { lowerMilliC, upperMilliC, profile, scope } = window?.roster ?? {};
  return JSON.stringify([lowerMilliC, upperMilliC, profile?.name, profile?.version, scope]);
}
