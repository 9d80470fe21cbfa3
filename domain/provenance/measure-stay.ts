/**
 * The cold verdict of one stay in one equipment, from opened entries only (design §5, §7). Windows inside the limits
 * speak by their summaries; a window that leaves them, or holds an edge of the stay, by its sealed readings.
 */
import { type ExcursionReport, findExcursions } from "#domain/coldchain/excursions.ts";
import { profileOf, type ScopeRules } from "#domain/coldchain/profiles.ts";
import type { ProvedStream } from "#domain/log/open-streams.ts";
import type { ProvedContents } from "#domain/log/verify.ts";
import type { ColdExcursion, Reason } from "./answer.ts";
import type { RosterBody, RosterPoint } from "./bodies.ts";
import { joinExcursions } from "./join-excursions.ts";
import { countsFrom, lateReadingMs } from "./policy.ts";
import { type MktSum, mktOf, warmest } from "./stay-mkt.ts";
import { lastStepMs, needsReadings, samplesOf } from "./stay-samples.ts";
import { type SealedWindow, windowsOf } from "./windows.ts";

/** The label's limits in milli-°C. */
export interface Limits {
  readonly lowerMilliC: number;
  readonly upperMilliC: number;
}

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

/** A stay from … to in the equipment of `stream`; `asOf` is the time of the newest proven anchor. */
export interface MeasuredStay {
  readonly contents: ProvedContents;
  readonly stream: ProvedStream;
  readonly from: number;
  readonly to: number;
  readonly limits: Limits;
  readonly asOf: number;
}

/** Judges one stay; every open point is a reason, and a stay with any reason is not COMPLIANT. */
export function measureStay(stay: MeasuredStay): Measurement {
  const windows = windowsOf(stay.contents, stay.stream, stay, stay.asOf);
  const roster = windows.findLast((window) => window.roster !== null)?.roster ?? lastRoster(stay);
  if (roster === null) return { ...nothing, reasons: [{ code: "NO_READINGS" }] };
  const rules = profileOf(roster.profile.name, roster.profile.version)?.scopes[roster.scope] ?? null;
  const known = { profile: roster.profile, kind: roster.kind, validatedMs: roster.validatedMs };
  if (rules === null) return { ...nothing, ...known, reasons: [{ code: "LIMITS_UNKNOWN" }] };
  const points = roster.points.map((point) => judgePoint(stay, windows, point.point, rules));
  const excursions = joinExcursions(points.flatMap((point) => point.report.excursions));
  return {
    ...known,
    reasons: distinct([
      ...rosterReasons(stay, roster, rules),
      ...windows.flatMap((window) => windowReasons(stay, window)),
      ...hiddenReasons(stay),
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

function lastRoster(stay: MeasuredStay): RosterBody | null {
  const found = stay.stream.entries.findLast((entry) => entry.header?.kind === "equipment");
  return found === undefined ? null : ((found.body as RosterBody | undefined) ?? null);
}

function rosterReasons(stay: MeasuredStay, roster: RosterBody, rules: ScopeRules): Reason[] {
  const reasons: Reason[] = [];
  if (roster.points.length < rules.pointsMin.value) {
    reasons.push({
      code: "TOO_FEW_POINTS",
      facts: { points: roster.points.length, needed: rules.pointsMin.value },
    });
  }
  if (roster.points.some((point) => point.replay)) reasons.push({ code: "REPLAYED" });
  if (roster.points.some((point) => placedFrom(point) > stay.from))
    reasons.push({ code: "SENSOR_PLACED_LATE" });
  if (roster.points.some((point) => point.calibratedUntil === null))
    reasons.push({ code: "CALIBRATION_MISSING" });
  return reasons;
}

function placedFrom(point: RosterPoint): number {
  return countsFrom({ at: point.since, accepted: point.accepted, offline: point.offline });
}

function windowReasons(stay: MeasuredStay, window: SealedWindow): Reason[] {
  if (window.body === null || window.roster === null) return [{ code: "WINDOW_NOT_OPENED" }];
  const reasons: Reason[] = [];
  const { points, sources } = window.body;
  if (window.sealedLate) reasons.push({ code: "SEALED_LATE" });
  if (needsReadings(stay, window) && window.readings === null) reasons.push({ code: "READINGS_NOT_SHOWN" });
  if (points.some((point) => point.calibratedUntil !== null && point.calibratedUntil < window.to)) {
    reasons.push({ code: "CALIBRATION_EXPIRED" });
  }
  if (points.some((point) => (point.lagMaxMs ?? 0) > lateReadingMs))
    reasons.push({ code: "READINGS_ARRIVED_LATE" });
  if (points.some((point) => point.faults > 0)) reasons.push({ code: "SENSOR_FAULT" });
  if (sources.some((source) => source.missing.length > 0)) reasons.push({ code: "SEQUENCE_HOLE" });
  const signed = window.roster.points.some((point) => point.signatureRequired);
  if (signed && sources.some((source) => source.kid === null)) reasons.push({ code: "UNSIGNED" });
  return reasons;
}

/** An entry without even its header might be a late version of any window. */
function hiddenReasons(stay: MeasuredStay): Reason[] {
  return stay.stream.entries.some((entry) => entry.header === null) ? [{ code: "WINDOW_NOT_OPENED" }] : [];
}

function judgePoint(stay: MeasuredStay, windows: readonly SealedWindow[], point: string, rules: ScopeRules) {
  const samples = samplesOf(stay, windows, point, rules.recordIntervalMs.value);
  const report = findExcursions(samples, {
    lowerLimitC: stay.limits.lowerMilliC / 1000,
    upperLimitC: stay.limits.upperMilliC / 1000,
    maxGapMs: rules.recordIntervalMs.value,
    intervalMs: Math.min(rules.recordIntervalMs.value, lastStepMs(samples)),
    from: stay.from,
    to: stay.to,
  });
  return { report, reasons: pointReasons(stay, report, rules), mkt: mktOf(stay, windows, point) };
}

function pointReasons(stay: MeasuredStay, report: ExcursionReport, rules: ScopeRules): Reason[] {
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
  const allowedMs = rules.recordIntervalOutMs.value;
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
