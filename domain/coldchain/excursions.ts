import { AppError } from "#domain/errors.ts";
import { toMilliC } from "./milli-celsius.ts";

/** One reading of one measuring point: device time in epoch ms, °C, or null where the sensor reported a fault. */
export interface Sample {
  readonly ts: number;
  readonly t: number | null;
}

/** OrderedReadings of one measuring point in order of time, in columns: a year has half a million of them. */
export interface OrderedReadings {
  /** Epoch ms. */
  readonly times: Float64Array;
  /** NaN where the sensor reported a fault. */
  readonly milliC: Float64Array;
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
  if (!samples.every((sample) => Number.isFinite(sample.ts))) {
    throw new AppError("BAD_REQUEST", "every reading needs a time in epoch ms");
  }
  return findExcursionsIn(inOrder(samples, positionBy(rules)), rules);
}

/** The same of readings that are in order already, each at an instant of its own. */
export function findExcursionsIn(sorted: OrderedReadings, rules: ExcursionRules): ExcursionReport {
  refuseUnusable(rules);
  const place = positionBy(rules);
  const window = windowOf(sorted, rules);
  const holds = () => holdsOf(sorted, rules, window);
  const [first] = holds();
  const gaps = gapsBetween(holds(), window, headIsGap(sorted, rules, window) ? window : (first ?? window));
  const gapMs = gaps.reduce((sum, gap) => sum + gap.to - gap.from, 0);
  const windowMs = window.to - window.from;
  return {
    excursions: eventsOf(holds(), place),
    gaps,
    coverage: windowMs > 0 && first !== undefined ? (windowMs - gapMs) / windowMs : 0,
    ...longestIntervals(sorted, place, window),
  };
}

function refuseUnusable(rules: ExcursionRules): void {
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
}

function positionBy({ lowerLimitC, upperLimitC }: ExcursionRules): (milliC: number) => Position {
  const lower = lowerLimitC === null ? Number.NEGATIVE_INFINITY : toMilliC(lowerLimitC);
  const upper = upperLimitC === null ? Number.POSITIVE_INFINITY : toMilliC(upperLimitC);
  return (milliC) => (milliC > upper ? "high" : milliC < lower ? "low" : "inside");
}

/** By time; of readings at one instant the one out of limits comes last, so that it is the one that holds. */
function inOrder(samples: readonly Sample[], place: (milliC: number) => Position): OrderedReadings {
  const milliCs = samples.map(({ t }) => (t !== null && Number.isFinite(t) ? toMilliC(t) : null));
  const rank = (milliC: number | null) => (milliC === null ? 0 : place(milliC) === "inside" ? 1 : 2);
  const order = samples.map((_, at) => at);
  order.sort((a, b) => {
    const [milliA = null, milliB = null] = [milliCs[a], milliCs[b]];
    const later = (samples[a] as Sample).ts - (samples[b] as Sample).ts;
    return later || rank(milliA) - rank(milliB) || (milliA ?? 0) - (milliB ?? 0);
  });
  return {
    times: Float64Array.from(order, (at) => (samples[at] as Sample).ts),
    milliC: Float64Array.from(order, (at) => milliCs[at] ?? Number.NaN),
  };
}

/** One by one, with the time of the next. */
function* readingsOf({ times, milliC }: OrderedReadings) {
  for (let at = 0; at < times.length; at += 1) {
    const t = milliC[at] as number;
    yield { ts: times[at] as number, milliC: Number.isNaN(t) ? null : t, next: times[at + 1] };
  }
}

interface Span {
  readonly from: number;
  readonly to: number;
}

function windowOf({ times }: OrderedReadings, rules: ExcursionRules): Span {
  const from = rules.from ?? times[0] ?? rules.to ?? 0;
  const last = times.at(-1);
  return { from, to: rules.to ?? (last === undefined ? from : last + rules.intervalMs) };
}

/** One by one: a year of readings has too many of them to be kept. */
function* holdsOf(sorted: OrderedReadings, rules: ExcursionRules, window: Span): Generator<Hold> {
  for (const { ts, milliC, next = window.to } of readingsOf(sorted)) {
    if (milliC === null || ts >= window.to) continue;
    const reach = next - ts > rules.maxGapMs ? Math.min(ts + rules.intervalMs, next) : next;
    const hold = { from: Math.max(ts, window.from), to: Math.min(reach, window.to), milliC };
    if (hold.to > hold.from || (reach === ts && ts >= window.from)) yield hold;
  }
}

/** A window's head before its first reading is a gap when a fault or more than the allowed step lies in it. */
function headIsGap(sorted: OrderedReadings, rules: ExcursionRules, window: Span): boolean {
  let hasFault = false;
  for (const { ts, milliC } of readingsOf(sorted)) {
    hasFault ||= milliC === null;
    if (milliC === null) continue;
    // A fault at the same instant comes before it.
    return ts <= window.from || ts - window.from > rules.maxGapMs || hasFault;
  }
  return true;
}

function gapsBetween(holds: Iterable<Hold>, window: Span, begin: Pick<Span, "from">): Span[] {
  const gaps: Span[] = [];
  let known = begin.from;
  for (const hold of holds) {
    if (hold.from > known) gaps.push({ from: known, to: hold.from });
    known = Math.max(known, hold.to);
  }
  if (window.to > known) gaps.push({ from: known, to: window.to });
  return gaps;
}

function eventsOf(holds: Iterable<Hold>, place: (milliC: number) => Position): Excursion[] {
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

function longestIntervals(sorted: OrderedReadings, place: (milliC: number) => Position, window: Span) {
  let longestIntervalMs = 0;
  let longestIntervalOutMs = 0;
  let previous: { ts: number; milliC: number } | null = null;
  for (const { ts, milliC } of readingsOf(sorted)) {
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
