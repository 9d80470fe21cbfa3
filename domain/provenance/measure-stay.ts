/**
 * The cold verdict of one stay in one equipment, from opened entries only (design §5, §7). Windows inside the limits
 * speak by their summaries; a window that leaves them, or holds an edge of the stay, by its sealed readings.
 */
import { type ExcursionReport, findExcursions } from "#domain/coldchain/excursions.ts";
import type { ColdExcursion, Reason } from "./answer.ts";
import { type RosterBody, rosterOf } from "./bodies.ts";
import { type EquipmentRules, rulesOf } from "./equipment-rules.ts";
import { joinExcursions } from "./join-excursions.ts";
import type { MeasuredStay } from "./measured-stay.ts";
import { type MktSum, mktOf, warmest } from "./stay-mkt.ts";
import { alarmReasons, rosterReasons, stretchReasons, windowReasons } from "./stay-reasons.ts";
import { lastStepMs, needsReadings, samplesOf } from "./stay-samples.ts";
import { type SealedWindow, windowsOf } from "./windows.ts";

/** What is proved about one stay; `mkt` are the sums of its warmest measuring point. */
export interface Measurement {
  readonly reasons: readonly Reason[];
  readonly excursions: readonly ColdExcursion[];
  readonly gaps: readonly { readonly from: number; readonly to: number }[];
  readonly minC: number | null;
  readonly maxC: number | null;
  readonly profile: { readonly name: string; readonly version: number } | null;
  readonly kind: RosterBody["kind"] | null;
  readonly validatedMs: number | null;
  readonly mkt: MktSum | null;
}

/** Judges one stay; every open point is a reason, and a stay with any reason is not COMPLIANT. */
export function measureStay(stay: MeasuredStay): Measurement {
  const windows = windowsOf(stay.contents, stay.stream, stay, stay.asOf);
  const rosters = rostersOf(stay, windows);
  const roster = rosters.at(-1);
  if (roster === undefined) return { ...nothing, reasons: [{ code: "NO_READINGS" }] };
  const rules = rulesOf(rosters, stay.contents.profiles);
  const known = { profile: roster.profile, kind: roster.kind, validatedMs: roster.validatedMs };
  if (rules === null) return { ...nothing, ...known, reasons: [{ code: "LIMITS_UNKNOWN" }] };
  const points = placedPoints(stay, windows, roster).map((placed) =>
    judgePoint({ ...stay, to: placed.until }, windows, placed.point, rules),
  );
  const excursions = joinExcursions(points.flatMap((point) => point.report.excursions));
  return {
    ...known,
    reasons: distinct([
      ...rosterReasons(stay, rosters, rules),
      ...windows.flatMap((window) => windowReasons(stay, window)),
      ...stretchReasons(stay),
      ...alarmReasons(stay, windows),
      ...excursions.map(excursionReason),
      ...points.flatMap((point) => point.reasons),
    ]),
    excursions,
    gaps: joined(points.flatMap((point) => point.report.gaps)),
    ...extremes(windows, stay),
    mkt: warmest(points.map((point) => point.mkt)),
  };
}

const nothing: Measurement = {
  reasons: [],
  excursions: [],
  gaps: [],
  minC: null,
  maxC: null,
  profile: null,
  kind: null,
  validatedMs: null,
  mkt: null,
};

/** Every roster that the windows of the stay are judged by, in order; without windows the newest one shown. */
function rostersOf(stay: MeasuredStay, windows: readonly SealedWindow[]): RosterBody[] {
  const judging = windows.flatMap((window) => window.rosters ?? []).sort((a, b) => a.seq - b.seq);
  if (judging.length > 0) return [...new Set(judging.map(({ body }) => body))];
  const newest = stay.stream.entries.map(rosterOf).findLast((roster) => roster !== null);
  return newest ? [newest] : [];
}

/**
 * Every point that lay in the equipment during the stay, with the end of its time there. One that was taken out still
 * tells of the time before: an excursion doesn't end by removing its sensor. Of one that a window doesn't state any more
 * only the time counts in which a roster lists it.
 */
function placedPoints(
  stay: MeasuredStay,
  windows: readonly SealedWindow[],
  newest: RosterBody,
): { point: string; until: number }[] {
  const until = new Map<string, number>();
  for (const window of windows) {
    const end = Math.min(window.to, stay.to);
    for (const { body, until: out } of window.rosters ?? [])
      for (const { point } of body.points)
        until.set(point, Math.max(until.get(point) ?? 0, Math.min(end, out)));
    const stated = (window.body?.points ?? []).map(({ point }) => point);
    for (const point of [...stated, ...window.extremes.keys()]) until.set(point, end);
  }
  for (const { point } of newest.points) until.set(point, stay.to);
  return [...until].map(([point, end]) => ({ point, until: end }));
}

function judgePoint(
  stay: MeasuredStay,
  windows: readonly SealedWindow[],
  point: string,
  rules: EquipmentRules,
) {
  const samples = samplesOf(stay, windows, point, rules.recordIntervalMs);
  const report = findExcursions(samples, {
    lowerLimitC: stay.limits.lowerMilliC / 1000,
    upperLimitC: stay.limits.upperMilliC / 1000,
    maxGapMs: rules.recordIntervalMs,
    intervalMs: Math.min(rules.recordIntervalMs, lastStepMs(samples.map(({ ts }) => ts))),
    from: stay.from,
    to: stay.to,
  });
  return { report, reasons: pointReasons(stay, report, rules), mkt: mktOf(stay, windows, point) };
}

function pointReasons(stay: MeasuredStay, report: ExcursionReport, rules: EquipmentRules): Reason[] {
  const reasons: Reason[] = [];
  if (report.gaps.length > 0) {
    const longestMs = Math.max(...report.gaps.map((gap) => gap.to - gap.from));
    const whole = longestMs >= stay.to - stay.from;
    reasons.push(
      whole
        ? { code: "NO_READINGS" }
        : { code: "GAP", facts: { from: report.gaps[0]?.from ?? 0, longestMs } },
    );
  }
  const allowedMs = rules.recordIntervalOutMs;
  if (report.longestIntervalOutMs > allowedMs) {
    reasons.push({
      code: "INTERVAL_OUT_OF_LIMITS",
      facts: { observedMs: report.longestIntervalOutMs, allowedMs },
    });
  }
  return reasons;
}

function extremes(
  windows: readonly SealedWindow[],
  stay: MeasuredStay,
): { minC: number | null; maxC: number | null } {
  const values = windows.flatMap((window) => {
    if (window.readings === null)
      return needsReadings(stay, window) ? [] : [window.lowestMilliC, window.highestMilliC];
    return window.readings.filter(([, ts]) => ts >= stay.from && ts < stay.to).map(([, , t]) => t);
  });
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return { minC: null, maxC: null };
  return {
    minC: known.reduce((a, b) => Math.min(a, b)) / 1000,
    maxC: known.reduce((a, b) => Math.max(a, b)) / 1000,
  };
}

function excursionReason({ direction, from, durationMs, extremeC }: ColdExcursion): Reason {
  return { code: direction === "high" ? "TOO_WARM" : "TOO_COLD", facts: { from, durationMs, extremeC } };
}

/** Overlapping gaps of several points as one list. */
function joined(gaps: readonly { from: number; to: number }[]): { from: number; to: number }[] {
  const result: { from: number; to: number }[] = [];
  for (const gap of [...gaps].sort((a, b) => a.from - b.from)) {
    const last = result.at(-1);
    if (last !== undefined && gap.from <= last.to) last.to = Math.max(last.to, gap.to);
    else result.push({ ...gap });
  }
  return result;
}

function distinct(reasons: readonly Reason[]): Reason[] {
  return distinctBy(reasons, (reason) => `${reason.code}${reason.facts?.from ?? ""}`);
}

function distinctBy<Item>(items: readonly Item[], key: (item: Item) => string): Item[] {
  return [...new Map(items.map((item) => [key(item), item])).values()];
}
