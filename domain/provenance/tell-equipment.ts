/** The inspector's report, told from the readings of an equipment bundle and from nothing else. */
import { alarmOf } from "./bodies.ts";
import { periodsOf, staysOf } from "./equipment-periods.ts";
import type { CalibrationReport, EquipmentReport, Span, WindowReport } from "./equipment-report.ts";
import { joinSpans, spannedMs } from "./join-spans.ts";
import { judgePoints } from "./judge-points.ts";
import { lateSealMs } from "./policy.ts";
import type { EquipmentContents, RosteredWindow } from "./verify-equipment.ts";

const known = new Set(["equipment", "segment", "late", "excursion"]);

/** The report; `asOf` is the time of the newest proven anchor, null where none is proved. */
export function tellEquipment(contents: EquipmentContents, asOf: number | null): EquipmentReport {
  const { equipment, from, to, windows } = contents;
  const names = [...new Set(windows.flatMap(({ body }) => body.points.map(({ point }) => point)))].sort();
  const stays = new Map(names.map((point) => [point, staysOf(contents, point)]));
  const judged = judgePoints(contents, stays, periodsOf(contents));
  const empty = freeOf({ from, to }, [...stays.values()].flat());
  const gaps = joinSpans([...judged.points.flatMap((point) => point.gaps), ...empty]);
  return {
    ...{ equipment, from, to, gaps },
    kind: windows.at(-1)?.roster.kind ?? null,
    coverage: 1 - spannedMs(gaps) / (to - from),
    excursions: judged.excursions,
    calibrations: names.flatMap((point) => calibrationsOf(windows, point)),
    decisions: contents.stream.entries.flatMap(({ header }) =>
      header === null || known.has(header.kind) ? [] : [{ kind: header.kind, at: header.from }],
    ),
    points: judged.points,
    windows: windowReport(contents, asOf),
    alarms: alarmsOf(contents),
    placements: placementsOf(contents),
    unjudged: judged.unjudged,
  };
}

/** The parts of a time that none of these spans covers. */
function freeOf(span: Span, covered: readonly Span[]): Span[] {
  const joined = joinSpans(covered);
  const starts = [span.from, ...joined.map(({ to }) => to)];
  const ends = [...joined.map(({ from }) => from), span.to];
  return starts.flatMap((from, at) => ((ends[at] ?? from) > from ? [{ from, to: ends[at] as number }] : []));
}

/** Windows that follow one another under one calibration are one line. */
function calibrationsOf(windows: readonly RosteredWindow[], name: string): CalibrationReport[] {
  const lines: CalibrationReport[] = [];
  for (const { from, to, body } of windows) {
    const point = body.points.find((one) => one.point === name);
    if (point === undefined) continue;
    const { calibratedUntil } = point;
    const isValid = calibratedUntil !== null && calibratedUntil >= to;
    const last = lines.at(-1);
    if (last?.calibratedUntil === calibratedUntil && last.isValid === isValid)
      lines[lines.length - 1] = { ...last, to };
    else lines.push({ point: name, from, to, calibratedUntil, isValid });
  }
  return lines;
}

function windowReport({ windows, differing }: EquipmentContents, asOf: number | null): WindowReport {
  const provedAt = (window: RosteredWindow) => window.entry.sealedAt ?? asOf ?? window.to;
  return {
    shown: windows.length,
    sealedLate: windows.filter((one) => provedAt(one) - one.to > lateSealMs).map(({ from }) => from),
    withHoles: windows
      .filter(({ body }) => body.sources.some((one) => one.missing.length > 0))
      .map(({ from }) => from),
    differing,
    takenBack: windows.flatMap(takenBack),
  };
}

/** A later version may add readings, never take away the coldest or warmest that an earlier one stated. */
function takenBack({ from, body, earlier }: RosteredWindow): WindowReport["takenBack"][number][] {
  return earlier.flatMap(({ points }) =>
    points.flatMap(({ point, min, max }) => {
      if (min === null || max === null) return [];
      const now = body.points.find((one) => one.point === point);
      const isKept = now?.min != null && now.max !== null && now.min <= min && now.max >= max;
      return isKept ? [] : [{ from, point }];
    }),
  );
}

/** An excursion that was sealed on the spot must show in its window too. */
function alarmsOf({ stream, windows, from, to }: EquipmentContents): EquipmentReport["alarms"] {
  return stream.entries.flatMap((entry) => {
    const alarm = alarmOf(entry);
    if (alarm === null || alarm.at < from || alarm.at >= to) return [];
    const rows = windows.find((window) => alarm.at >= window.from && alarm.at < window.to)?.rows ?? [];
    const isOut = (t: number) => (alarm.direction === "high" ? t > alarm.limitMilliC : t < alarm.limitMilliC);
    const isInReadings = rows.some(([point, , t]) => point === alarm.point && t !== null && isOut(t));
    return [{ point: alarm.point, at: alarm.at, isInReadings }];
  });
}

/** By the newest word of each site: which sensors lay in this equipment during the time. */
function placementsOf({ sites, stream, from, to }: EquipmentContents): EquipmentReport["placements"] {
  return sites.flatMap(({ entries }) => {
    const body = entries.at(-1)?.body as { sensors?: unknown } | null | undefined;
    const sensors = Array.isArray(body?.sensors) ? body.sensors : [];
    return sensors.flatMap(
      (one: { point: string; equipment: string; since: number; until: number | null }) =>
        one?.equipment === stream.stream && one.since < to && (one.until === null || one.until > from)
          ? [{ point: one.point, since: one.since, until: one.until }]
          : [],
    );
  });
}
