/** The times in which an equipment had one set of limits and rules, and in which each point lay in it, by its windows. */
import type { TrustFile } from "#domain/log/bundle.ts";
import type { Span } from "./equipment-report.ts";
import { type EquipmentRules, rulesOf } from "./equipment-rules.ts";
import { joinSpans } from "./join-spans.ts";
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
  const settled = windows.map((window) => ({ begins: window.from, settings: settingsOf(window, profiles) }));
  const keys = settled.map(({ settings }) => JSON.stringify(settings));
  const starts = settled.filter((_, at) => at === 0 || keys[at] !== keys[at - 1]);
  return starts.map(({ begins, settings }, at) => ({
    from: at === 0 ? from : Math.max(from, begins),
    to: Math.max(from, starts[at + 1]?.begins ?? to),
    ...settings,
  }));
}

/**
 * When a point lay there: runs of windows that it lay in. The first reaches back to the bundle's beginning and the last to
 * its end, unless rosters say that the point was placed inside its window, or taken out inside it: what is not sealed
 * there is a gap.
 */
export function staysOf(
  { windows, from, to }: EquipmentContents,
  named: readonly NamedPoint<RosteredWindow>[],
): Span[] {
  const stays: Span[] = [];
  let openAt = Number.NEGATIVE_INFINITY;
  for (const one of named) {
    const { at, window, until } = one;
    const isTakenOut = until < window.to;
    const end = at === windows.length - 1 && !isTakenOut ? to : Math.min(until, to);
    const open = at === openAt ? stays.pop() : undefined;
    const begin = open?.from ?? (at === 0 && one.from === window.from ? from : Math.max(from, one.from));
    stays.push({ from: begin, to: Math.max(open?.to ?? end, end) });
    openAt = isTakenOut ? Number.NEGATIVE_INFINITY : at + 1;
  }
  return joinSpans(stays.filter((stay) => stay.to > stay.from));
}

/** Where the rosters of a window differ, the narrowest limits and the strictest rules of them. */
function settingsOf({ rosters }: RosteredWindow, profiles: TrustFile["profiles"]) {
  const bodies = rosters.map(({ body }) => body);
  return {
    lowerMilliC: bodies.reduce((most, one) => Math.max(most, one.lowerMilliC), Number.NEGATIVE_INFINITY),
    upperMilliC: bodies.reduce((least, one) => Math.min(least, one.upperMilliC), Number.POSITIVE_INFINITY),
    rules: rulesOf(bodies, profiles),
  };
}
