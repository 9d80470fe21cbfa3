/** The inspector's report, told from the readings of an equipment bundle and from nothing else. */
import { alarmOf } from "./bodies.ts";
import { periodsOf, staysOf } from "./equipment-periods.ts";
import type { CalibrationReport, EquipmentReport, Span, WindowReport } from "./equipment-report.ts";
import { joinSpans, spannedMs } from "./join-spans.ts";
import { judgePoints } from "./judge-points.ts";
import { marksOf } from "./marks-of.ts";
import { type NamedPoint, pointsByName } from "./points-by-name.ts";
import { lateSealMs } from "./policy.ts";
import { isFullyStated } from "./shown-rosters.ts";
import type { EquipmentContents, RosteredWindow } from "./verify-equipment.ts";

const known = new Set(["equipment", "segment", "late", "excursion"]);

/** The report; `asOf` is the time of the newest proven anchor, null where none is proved. */
export function tellEquipment(contents: EquipmentContents, asOf: number | null): EquipmentReport {
  const { equipment, from, to, windows } = contents;
  const named = pointsByName(windows);
  const stays = withPlacements(
    contents,
    [...named].map(([point, own]) => [point, staysOf(contents, own)]),
  );
  const judged = judgePoints(contents, stays, periodsOf(contents));
  const empty = freeOf({ from, to }, [...stays.values()].flat());
  const gaps = joinSpans([...judged.points.flatMap((point) => point.gaps), ...empty]);
  return {
    ...{ equipment, from, to, gaps },
    kind: windows.at(-1)?.roster.kind ?? null,
    coverage: 1 - spannedMs(gaps) / (to - from),
    excursions: judged.excursions,
    calibrations: [...named].flatMap(([point, own]) => calibrationsOf(point, own)),
    decisions: contents.stream.entries.flatMap(({ header }) =>
      header === null || known.has(header.kind) ? [] : [{ kind: header.kind, at: header.from }],
    ),
    points: judged.points,
    windows: windowReport(contents, asOf),
    alarms: alarmsOf(contents),
    placements: contents.placements.map(({ point, since, until }) => ({ point, since, until })),
    unjudged: judged.unjudged,
  };
}

/** What lay there by windows and their rosters, and by the word of the site: a point that only the site knows was silent. */
function withPlacements(
  { placements, from, to }: EquipmentContents,
  byWindows: readonly (readonly [string, Span[]])[],
): Map<string, Span[]> {
  const stays = new Map(byWindows);
  for (const { point, counts, until } of placements) {
    const span = { from: Math.max(from, counts), to: Math.min(to, until ?? to) };
    if (span.from < span.to) stays.set(point, joinSpans([...(stays.get(point) ?? []), span]));
  }
  return new Map([...stays].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The parts of a time that none of these spans covers. */
function freeOf(span: Span, covered: readonly Span[]): Span[] {
  const joined = joinSpans(covered);
  const starts = [span.from, ...joined.map(({ to }) => to)];
  const ends = [...joined.map(({ from }) => from), span.to];
  return starts.flatMap((from, at) => ((ends[at] ?? from) > from ? [{ from, to: ends[at] as number }] : []));
}

/** Windows that follow one another under one calibration are one line. */
function calibrationsOf(point: string, named: readonly NamedPoint<RosteredWindow>[]): CalibrationReport[] {
  const lines: CalibrationReport[] = [];
  for (const { window, summary } of named) {
    if (summary === null) continue;
    const [{ from, to }, { calibratedUntil }] = [window, summary];
    const isValid = calibratedUntil !== null && calibratedUntil >= to;
    const last = lines.at(-1);
    if (last?.calibratedUntil === calibratedUntil && last.isValid === isValid)
      lines[lines.length - 1] = { ...last, to };
    else lines.push({ point, from, to, calibratedUntil, isValid });
  }
  return lines;
}

function windowReport({ windows, differing }: EquipmentContents, asOf: number | null): WindowReport {
  const provedAt = (window: RosteredWindow) => window.entry.sealedAt ?? asOf ?? window.to;
  const marked = windows.map(({ from, body, rosters }) => ({ from, ...marksOf(body, rosters) }));
  return {
    shown: windows.length,
    sealedLate: begins(windows.filter((one) => provedAt(one) - one.to > lateSealMs)),
    notFullyStated: begins(windows.filter((window) => !isFullyStated(window))),
    replayed: begins(marked.filter(({ isReplayed }) => isReplayed)),
    unsigned: begins(marked.filter(({ isUnsigned }) => isUnsigned)),
    arrivedLate: begins(marked.filter(({ arrivedLate }) => arrivedLate)),
    withHoles: begins(marked.filter(({ hasHoles }) => hasHoles)),
    differing,
    takenBack: windows.flatMap(takenBack),
  };
}

function begins(spans: readonly { readonly from: number }[]): number[] {
  return spans.map(({ from }) => from);
}

/** A later version may add readings, never take away the coldest or warmest that an earlier one stated. */
function takenBack({ from, body, earlier }: RosteredWindow): WindowReport["takenBack"][number][] {
  if (earlier.length === 0) return [];
  const newest = new Map(body.points.map((one) => [one.point, one]));
  return earlier.flatMap(({ points }) =>
    points.flatMap(({ point, min, max }) => {
      if (min === null || max === null) return [];
      const now = newest.get(point);
      const isKept = now?.min != null && now.max !== null && now.min <= min && now.max >= max;
      return isKept ? [] : [{ from, point }];
    }),
  );
}

/** An excursion that was sealed on the spot must show in its window too; its extremes are proved by its readings. */
function alarmsOf({ stream, windows, from, to }: EquipmentContents): EquipmentReport["alarms"] {
  return stream.entries.flatMap((entry) => {
    const alarm = alarmOf(entry);
    if (alarm === null || alarm.at < from || alarm.at >= to) return [];
    const window = windows.find((one) => alarm.at >= one.from && alarm.at < one.to);
    const { min = null, max = null } = window?.body.points.find(({ point }) => point === alarm.point) ?? {};
    const isInReadings =
      alarm.direction === "high"
        ? (max ?? Number.NEGATIVE_INFINITY) > alarm.limitMilliC
        : (min ?? Number.POSITIVE_INFINITY) < alarm.limitMilliC;
    return [{ point: alarm.point, at: alarm.at, isInReadings }];
  });
}
