/** What each measuring point's readings show while it lay in the equipment: gaps, excursions, extremes. */
import {
  type ExcursionReport,
  findExcursionsIn,
  type OrderedReadings,
} from "#domain/coldchain/excursions.ts";
import type { Period } from "./equipment-periods.ts";
import type { EquipmentReport, PointReport, Span } from "./equipment-report.ts";
import { firstAt } from "./first-at.ts";
import { joinSpans, spannedMs } from "./join-spans.ts";
import { lastStepMs } from "./stay-samples.ts";
import type { EquipmentContents } from "./verify-equipment.ts";

type Judged = Pick<EquipmentReport, "points" | "excursions" | "unjudged">;

/** Each point by the limits and rules of each period in which it lay there. */
export function judgePoints(
  contents: EquipmentContents,
  stays: ReadonlyMap<string, readonly Span[]>,
  periods: readonly Period[],
): Judged {
  const rows = rowsByPoint(contents);
  const parts = [...stays].map(([point, own]) => {
    const readings = readingsAt(contents, rows.get(point) ?? new Uint32Array());
    const reports = own.flatMap((stay) =>
      during(periods, stay).flatMap((period) => judge(readings, stay, period)),
    );
    return { told: pointReport({ point, stays: own, readings }, contents.from, reports), reports };
  });
  return {
    points: parts.map(({ told }) => told),
    excursions: parts
      .flatMap(({ told: { point }, reports }) =>
        reports.flatMap(({ report, period }) =>
          (report?.excursions ?? []).map((one) => ({
            ...one,
            point,
            limitC: limitOf(one.direction, period),
          })),
        ),
      )
      .sort((a, b) => a.from - b.from),
    unjudged: joinSpans(periods.filter(({ rules }) => rules === null).map(({ from, to }) => ({ from, to }))),
  };
}

interface PartReport {
  readonly period: Period;
  readonly span: Span;
  /** Null where no rules are known: then nothing is. */
  readonly report: ExcursionReport | null;
}

function judge(readings: OrderedReadings, stay: Span, period: Period): PartReport[] {
  const span = { from: Math.max(stay.from, period.from), to: Math.min(stay.to, period.to) };
  if (span.from >= span.to) return [];
  const { rules, lowerMilliC, upperMilliC } = period;
  if (rules === null) return [{ period, span, report: null }];
  const near = readingsNear(readings, span, rules.recordIntervalMs);
  const report = findExcursionsIn(near, {
    ...{ lowerLimitC: lowerMilliC / 1000, upperLimitC: upperMilliC / 1000, ...span },
    maxGapMs: rules.recordIntervalMs,
    intervalMs: Math.min(rules.recordIntervalMs, lastStepMs(near.times)),
  });
  return [{ period, span, report }];
}

/** The periods that a stay reaches into; they are in order and don't overlap. */
function during(periods: readonly Period[], { from, to }: Span): readonly Period[] {
  return periods.slice(
    firstAt(periods, from + 1, (period) => period.to),
    firstAt(periods, to, (period) => period.from),
  );
}

/** The readings of a time, and of those before it the last two within reach: one may hold into it, two give a step. */
function readingsNear(
  { times, milliC }: OrderedReadings,
  { from, to }: Span,
  reachMs: number,
): OrderedReadings {
  const first = Math.max(firstAt(times, from, itself) - 2, firstAt(times, from - reachMs, itself));
  const end = Math.max(first, firstAt(times, to, itself));
  return { times: times.subarray(first, end), milliC: milliC.subarray(first, end) };
}

function itself(ts: number): number {
  return ts;
}

/** Of the readings it counts those from the bundle's beginning on. */
function pointReport(
  { point, stays, readings }: { point: string; stays: readonly Span[]; readings: OrderedReadings },
  from: number,
  reports: readonly PartReport[],
): PointReport {
  const gaps = joinSpans(reports.flatMap(({ report, span }) => report?.gaps ?? [span]));
  const stayedMs = spannedMs(stays);
  let [faults, min, max] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const told = readings.milliC.subarray(firstAt(readings.times, from, itself));
  for (const t of told) {
    if (Number.isNaN(t)) faults += 1;
    else [min, max] = [Math.min(min, t), Math.max(max, t)];
  }
  const hasValue = min <= max;
  return {
    ...{ point, stays, faults, gaps, readings: told.length },
    ...{ minC: hasValue ? min / 1000 : null, maxC: hasValue ? max / 1000 : null },
    coverage: stayedMs === 0 ? 0 : 1 - spannedMs(gaps) / stayedMs,
  };
}

/** Where the readings of each point stand, in order of time, up to the end; those before the beginning reach into it. */
function rowsByPoint({ readings, to }: EquipmentContents): Map<string, Uint32Array> {
  const { points, texts } = readings;
  const end = firstAt(readings.times, to, itself);
  const counts = new Uint32Array(texts.length);
  const add = (number: number, count: number) => (counts[number] = (counts[number] as number) + count);
  for (let row = 0; row < end; row += 1) add(points[row] as number, 1);
  const rows = texts.map((_, number) => counts[number] && new Uint32Array(counts[number]));
  for (let row = end - 1; row >= 0; row -= 1) {
    const own = rows[points[row] as number];
    if (own) own[add(points[row] as number, -1)] = row;
  }
  return new Map(texts.flatMap((text, number) => (rows[number] ? [[text, rows[number]]] : [])));
}

/** A reading with a fault says no temperature. */
function readingsAt({ readings }: EquipmentContents, rows: Uint32Array): OrderedReadings {
  const { times, milliC, faults } = readings;
  const own = {
    times: new Float64Array(rows.length),
    milliC: new Float64Array(rows.length).fill(Number.NaN),
  };
  for (const [at, row] of rows.entries()) {
    own.times[at] = times[row] as number;
    if (faults[row] === -1) own.milliC[at] = milliC[row] as number;
  }
  return own;
}

function limitOf(direction: "high" | "low", { lowerMilliC, upperMilliC }: Period): number {
  return (direction === "high" ? upperMilliC : lowerMilliC) / 1000;
}
