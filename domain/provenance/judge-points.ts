/** What each measuring point's readings show while it lay in the equipment: gaps, excursions, extremes. */
import { type ExcursionReport, findExcursions, type Sample } from "#domain/coldchain/excursions.ts";
import type { Period } from "./equipment-periods.ts";
import type { EquipmentReport, PointReport, Span } from "./equipment-report.ts";
import { firstAt } from "./first-at.ts";
import { joinSpans, spannedMs } from "./join-spans.ts";
import { lastStepMs } from "./stay-samples.ts";
import type { EquipmentContents } from "./verify-equipment.ts";

/** The readings of one point, in order of time; those of the first window that come before the time reach into it. */
interface Readings {
  readonly samples: Sample[];
  faults: number;
}

type Judged = Pick<EquipmentReport, "points" | "excursions" | "unjudged">;

/** Each point by the limits and rules of each period in which it lay there. */
export function judgePoints(
  contents: EquipmentContents,
  stays: ReadonlyMap<string, readonly Span[]>,
  periods: readonly Period[],
): Judged {
  const readings = readingsOf(contents);
  const parts = [...stays].map(([point, own]) => {
    const { samples, faults } = readings.get(point) ?? { samples: [], faults: 0 };
    const reports = own.flatMap((stay) =>
      during(periods, stay).flatMap((period) => judge(samples, stay, period)),
    );
    const told = samples.slice(firstAt(samples, contents.from, timeOf));
    return { told: pointReport(point, own, told, faults, reports), reports };
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

function judge(samples: readonly Sample[], stay: Span, period: Period): PartReport[] {
  const span = { from: Math.max(stay.from, period.from), to: Math.min(stay.to, period.to) };
  if (span.from >= span.to) return [];
  const { rules, lowerMilliC, upperMilliC } = period;
  if (rules === null) return [{ period, span, report: null }];
  const near = samplesNear(samples, span, rules.recordIntervalMs);
  const report = findExcursions(near, {
    ...{ lowerLimitC: lowerMilliC / 1000, upperLimitC: upperMilliC / 1000, ...span },
    maxGapMs: rules.recordIntervalMs,
    intervalMs: Math.min(rules.recordIntervalMs, lastStepMs(near)),
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

/** The samples of a time, and of those before it the last two within reach: one may hold into it, two give a step. */
function samplesNear(samples: readonly Sample[], { from, to }: Span, reachMs: number): readonly Sample[] {
  const first = Math.max(firstAt(samples, from, timeOf) - 2, firstAt(samples, from - reachMs, timeOf));
  return samples.slice(first, firstAt(samples, to, timeOf));
}

function timeOf({ ts }: Sample): number {
  return ts;
}

function pointReport(
  point: string,
  stays: readonly Span[],
  samples: readonly Sample[],
  faults: number,
  reports: readonly PartReport[],
): PointReport {
  const gaps = joinSpans(reports.flatMap(({ report, span }) => report?.gaps ?? [span]));
  const stayedMs = spannedMs(stays);
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { t } of samples) if (t !== null) [min, max] = [Math.min(min, t), Math.max(max, t)];
  const hasValue = min <= max;
  return {
    ...{ point, stays, faults, gaps, readings: samples.length },
    ...{ minC: hasValue ? min : null, maxC: hasValue ? max : null },
    coverage: stayedMs === 0 ? 0 : 1 - spannedMs(gaps) / stayedMs,
  };
}

/** Windows are in order of their beginnings and hold every reading of their time, so one under two of them is taken once. */
function readingsOf({ windows, from, to }: EquipmentContents): Map<string, Readings> {
  const found = new Map<string, Readings>();
  let readTo = Number.NEGATIVE_INFINITY;
  for (const window of windows) {
    for (const [point, ts, tMilliC, err] of window.rows) {
      if (ts < readTo || ts >= to) continue;
      const own = found.get(point) ?? { samples: [], faults: 0 };
      found.set(point, own);
      const isGood = tMilliC !== null && err === null;
      own.samples.push({ ts, t: isGood ? tMilliC / 1000 : null });
      own.faults += isGood || ts < from ? 0 : 1;
    }
    readTo = Math.max(readTo, window.to);
  }
  return found;
}

function limitOf(direction: "high" | "low", { lowerMilliC, upperMilliC }: Period): number {
  return (direction === "high" ? upperMilliC : lowerMilliC) / 1000;
}
