import type { EquipmentReport, Span } from "#domain/provenance/equipment-report.ts";
import { tellEquipment } from "#domain/provenance/tell-equipment.ts";
import type { EquipmentVerification } from "#domain/provenance/verify-equipment.ts";
import { say } from "./say.ts";

/** Of each list so many lines; `--json` has them all. */
const linesMax = 20;

/** Prints the result of an equipment bundle, and what an inspector reads in it. */
export function reportEquipment(
  { result, asOf, reasons, contents }: EquipmentVerification,
  { json, code }: { readonly json?: boolean; readonly code?: string },
): void {
  const report = contents === null ? null : tellEquipment(contents, asOf);
  if (json) {
    say(JSON.stringify({ result, asOf: asOf === null ? null : timeOf(asOf), reasons, report }));
    return;
  }
  say(result);
  if (code === undefined)
    say("warning: no --code was given: compare the label below with the equipment's own");
  if (asOf !== null) say(`as of ${timeOf(asOf)}`);
  for (const reason of reasons) say(`  ${reason}`);
  if (report !== null) for (const line of linesOf(report)) say(line);
}

function linesOf(report: EquipmentReport): string[] {
  const { windows } = report;
  const invalid = report.calibrations.filter(({ isValid }) => !isValid);
  return [
    `equipment:    ${report.equipment}${report.kind === null ? "" : `, ${report.kind}`}`,
    `time:         ${spanOf(report)}, ${windows.shown} windows`,
    `coverage:     ${percentOf(report.coverage)}`,
    ...list("gaps:", report.gaps, spanOf),
    ...list("excursions:", report.excursions, excursionOf),
    ...list(
      "calibrations:",
      report.calibrations,
      (one) => `${one.point} ${spanOf(one)}: ${calibrationOf(one)}`,
    ),
    ...(invalid.length === 0 ? [] : [`not calibrated: ${invalid.length} of these times`]),
    ...list("decisions:", report.decisions, ({ kind, at }) => `${kind} ${timeOf(at)}`),
    ...list("points:", report.points, pointOf),
    ...doubts(report),
  ];
}

/** What speaks against the seal itself; most bundles have none of it. */
function doubts({ windows, alarms, unjudged }: EquipmentReport): string[] {
  const denied = alarms.filter(({ isInReadings }) => !isInReadings);
  const some = (words: string, found: readonly unknown[], item: (one: never) => string) =>
    found.length === 0 ? [] : list(words, found as never[], item);
  return [
    ...some("sealed late:", windows.sealedLate, timeOf),
    ...some("sensors not stated:", windows.notFullyStated, timeOf),
    ...some("replayed:", windows.replayed, timeOf),
    ...some("unsigned:", windows.unsigned, timeOf),
    ...some("arrived late:", windows.arrivedLate, timeOf),
    ...some("messages missing:", windows.withHoles, timeOf),
    ...some("summary differs:", windows.differing, (one: { from: number; point: string; number: string }) => {
      return `${timeOf(one.from)} ${one.point} ${one.number}`;
    }),
    ...some(
      "taken back:",
      windows.takenBack,
      (one: { from: number; point: string }) => `${timeOf(one.from)} ${one.point}`,
    ),
    ...some(
      "alarms not in the readings:",
      denied,
      (one: { at: number; point: string }) => `${timeOf(one.at)} ${one.point}`,
    ),
    ...some("rules not pinned:", unjudged, spanOf),
  ];
}

function list<Item>(title: string, items: readonly Item[], line: (item: Item) => string): string[] {
  const more = items.length - linesMax;
  return [
    `${title.padEnd(13)} ${items.length === 0 ? "none" : items.length}`,
    ...items.slice(0, linesMax).map((item) => `  ${line(item)}`),
    ...(more > 0 ? [`  … and ${more} more; --json has them all`] : []),
  ];
}

function excursionOf({
  point,
  direction,
  from,
  to,
  extremeC,
  limitC,
}: EquipmentReport["excursions"][number]): string {
  const end = to === null ? "still out when the readings end" : timeOf(to);
  return `${point} ${direction} ${timeOf(from)} … ${end}: ${extremeC} °C, limit ${limitC} °C`;
}

function calibrationOf({ calibratedUntil, isValid }: EquipmentReport["calibrations"][number]): string {
  if (calibratedUntil === null) return "none";
  return isValid ? `valid until ${timeOf(calibratedUntil)}` : `expired ${timeOf(calibratedUntil)}`;
}

function pointOf({
  point,
  readings,
  faults,
  minC,
  maxC,
  coverage,
}: EquipmentReport["points"][number]): string {
  return `${point}: ${readings} readings, ${faults} faults, ${minC ?? "-"} … ${maxC ?? "-"} °C, ${percentOf(coverage)}`;
}

/** Never rounded up to all of it. */
function percentOf(part: number): string {
  return `${Math.floor(part * 10_000) / 100} %`;
}

function spanOf({ from, to }: Span): string {
  return `${timeOf(from)} … ${timeOf(to)}`;
}

/** A bundle may state any integer as a time. */
function timeOf(ms: number): string {
  const at = new Date(ms);
  return Number.isNaN(at.getTime()) ? `${ms} ms` : at.toISOString();
}
