import { AppError } from "#domain/errors.ts";
import { toMilliC } from "./milli-celsius.ts";

/** One reading of one measuring point: device time in epoch ms, °C, or null where the sensor reported a fault. */
export interface Sample {
  readonly ts: number;
  readonly t: number | null;
}

/** The label's limits (null: none on that side), the cadence, and optionally the window [from, to) that is judged. */
export interface ExcursionRules {
  readonly lowerLimitC: number | null;
  readonly upperLimitC: number | null;
  /** A longer step between readings is a gap. */
  readonly maxGapMs: number;
  /** What a reading stands for when none follows in time. */
  readonly intervalMs: number;
  readonly from?: number;
  readonly to?: number;
}

/**
 * A single event outside the limits. `to` is the first reading in range; null where it was still out when the
 * data or our knowledge ended. `durationMs` counts known time only, so it runs from `from` without a break.
 */
export interface Excursion {
  readonly direction: "high" | "low";
  readonly from: number;
  readonly to: number | null;
  readonly durationMs: number;
  readonly extremeC: number;
}

/** What the readings of a window show, and where they show nothing. */
export interface ExcursionReport {
  readonly excursions: Excursion[];
  /** Stretches about which nothing is known. */
  readonly gaps: { readonly from: number; readonly to: number }[];
  /** Window time outside gaps over window time, 0 to 1; a head within `maxGapMs` of the first reading is no gap. */
  readonly coverage: number;
  /** Longest step between two readings; 0 with fewer than two. */
  readonly longestIntervalMs: number;
  /** Longest step that follows a reading out of limits (GSP appendix 3 §5 wants ≤ 2 min); 0 without one. */
  readonly longestIntervalOutMs: number;
}

/** A stretch over which one reading stands (left-hold). */
interface Hold {
  readonly from: number;
  readonly to: number;
  readonly milliC: number;
}

type Position = Excursion["direction"] | "inside";

/**
 * Finds single-event excursions and gaps. Limits are strict and compared in milli-°C: exactly 8.0 is inside 2–8.
 * A gap is UNKNOWN: it neither bridges two excursions nor ends one as fine. Input may be out of order.
 * Throws BAD_REQUEST for limits, cadence or times that are no numbers. GSP appendix 3 §5–6; reference coldchain §1.4, §6.
 */
export function findExcursions(samples: readonly Sample[], rules: ExcursionRules): ExcursionReport {
  refuseUnusable(samples, rules);
  const place = positionBy(rules);
  const sorted = inOrder(samples, place);
  const window = windowOf(sorted, rules);
  const holds = holdsOf(sorted, rules, window);
  const gaps = gapsBetween(holds, window, headIsGap(sorted, rules, window));
  const gapMs = gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  const windowMs = window.to - window.from;
  return {
    excursions: eventsOf(holds, place),
    gaps,
    coverage: windowMs > 0 && holds.length > 0 ? (windowMs - gapMs) / windowMs : 0,
    ...longestIntervals(sorted, place, window),
  };
}

function refuseUnusable(samples: readonly Sample[], rules: ExcursionRules): void {
  const { lowerLimitC, upperLimitC, maxGapMs, intervalMs } = rules;
  const limits = [lowerLimitC, upperLimitC].filter((limit) => limit !== null);
  const times = [
    rules.from ?? 0,
    rules.to ?? 0,
    ...[maxGapMs, intervalMs].map((ms) => (ms > 0 ? ms : Number.NaN)),
  ];
  if (limits.length === 0 || ![...limits, ...times].every(Number.isFinite)) {
    throw new AppError("BAD_REQUEST", "excursions need at least one limit in °C and a cadence in ms", {
      rules,
    });
  }
  if (!samples.every((sample) => Number.isFinite(sample.ts))) {
    throw new AppError("BAD_REQUEST", "every reading needs a time in epoch ms");
  }
}

function positionBy({ lowerLimitC, upperLimitC }: ExcursionRules): (milliC: number) => Position {
  const lower = lowerLimitC === null ? Number.NEGATIVE_INFINITY : toMilliC(lowerLimitC);
  const upper = upperLimitC === null ? Number.POSITIVE_INFINITY : toMilliC(upperLimitC);
  return (milliC) => (milliC > upper ? "high" : milliC < lower ? "low" : "inside");
}

interface Reading {
  readonly ts: number;
  readonly milliC: number | null;
}

/** By time; of readings at one instant the one out of limits comes last, so that it is the one that holds. */
function inOrder(samples: readonly Sample[], place: (milliC: number) => Position): Reading[] {
  const rank = ({ milliC }: Reading) => (milliC === null ? 0 : place(milliC) === "inside" ? 1 : 2);
  return samples
    .map(({ ts, t }) => ({ ts, milliC: t !== null && Number.isFinite(t) ? toMilliC(t) : null }))
    .sort((a, b) => a.ts - b.ts || rank(a) - rank(b) || (a.milliC ?? 0) - (b.milliC ?? 0));
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function windowOf(sorted: readonly Reading[], rules: ExcursionRules): Span {
  const first = sorted[0]?.ts ?? rules.to ?? 0;
  const last = sorted.at(-1);
  const from = rules.from ?? first;
  return { from, to: rules.to ?? (last ? last.ts + rules.intervalMs : from) };
}

function holdsOf(sorted: readonly Reading[], rules: ExcursionRules, window: Span): Hold[] {
  const holds: Hold[] = [];
  sorted.forEach(({ ts, milliC }, index) => {
    if (milliC === null || ts >= window.to) return;
    const next = sorted[index + 1]?.ts ?? window.to;
    const reach = next - ts > rules.maxGapMs ? Math.min(ts + rules.intervalMs, next) : next;
    const hold = { from: Math.max(ts, window.from), to: Math.min(reach, window.to), milliC };
    if (hold.to > hold.from || (reach === ts && ts >= window.from)) holds.push(hold);
  });
  return holds;
}

/** A window's head before its first reading is a gap when a fault or more than the allowed step lies in it. */
function headIsGap(sorted: readonly Reading[], rules: ExcursionRules, window: Span): boolean {
  const first = sorted.find((reading) => reading.milliC !== null);
  if (first === undefined || first.ts <= window.from) return true;
  return (
    first.ts - window.from > rules.maxGapMs ||
    sorted.some((reading) => reading.milliC === null && reading.ts <= first.ts)
  );
}

function gapsBetween(holds: readonly Hold[], window: Span, headCounts: boolean): Span[] {
  const gaps: Span[] = [];
  let known = headCounts ? window.from : (holds[0]?.from ?? window.from);
  for (const hold of holds) {
    if (hold.from > known) gaps.push({ from: known, to: hold.from });
    known = Math.max(known, hold.to);
  }
  if (window.to > known) gaps.push({ from: known, to: window.to });
  return gaps;
}

function eventsOf(holds: readonly Hold[], place: (milliC: number) => Position): Excursion[] {
  const events: Excursion[] = [];
  let open: { direction: Excursion["direction"]; from: number; to: number; milliC: number } | null = null;
  const close = (to: number | null) => {
    if (open === null) return;
    const { direction, from, milliC } = open;
    events.push({ direction, from, to, durationMs: open.to - from, extremeC: milliC / 1000 });
    open = null;
  };
  for (const hold of holds) {
    const position = place(hold.milliC);
    if (open !== null && hold.from > open.to) close(null);
    if (open !== null && position !== open.direction) close(hold.from);
    if (position === "inside") continue;
    const further: typeof Math.max = position === "high" ? Math.max : Math.min;
    open ??= { direction: position, from: hold.from, to: hold.to, milliC: hold.milliC };
    open.to = hold.to;
    open.milliC = further(open.milliC, hold.milliC);
  }
  close(null);
  return events;
}

function longestIntervals(sorted: readonly Reading[], place: (milliC: number) => Position, window: Span) {
  let longestIntervalMs = 0;
  let longestIntervalOutMs = 0;
  let previous: { ts: number; milliC: number } | null = null;
  for (const { ts, milliC } of sorted) {
    if (milliC === null) continue;
    if (previous !== null && ts > window.from && previous.ts < window.to) {
      const step = ts - previous.ts;
      longestIntervalMs = Math.max(longestIntervalMs, step);
      if (place(previous.milliC) !== "inside") longestIntervalOutMs = Math.max(longestIntervalOutMs, step);
    }
    previous = { ts, milliC };
  }
  return { longestIntervalMs, longestIntervalOutMs };
}
