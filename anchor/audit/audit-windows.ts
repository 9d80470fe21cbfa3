import { profileOf } from "#domain/coldchain/profiles.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { type PointSummary, summarizeWindow } from "#domain/provenance/window-summary.ts";
import type { LogEntry } from "#store/entries.ts";
import type { Reading } from "#store/readings/readings-store.ts";
import type { SealedBody } from "../compose-windows.ts";
import { dataRoot } from "../data-root.ts";
import type { SourceBody } from "../window-sources.ts";
import { doorOf, powerOf } from "../window-switches.ts";
import { type AuditedRoster, wrongRosters } from "./audit-rosters.ts";
import { type Finding, type FindingKind, timeText } from "./finding.ts";
import { TimedReadings } from "./timed-readings.ts";

/** The newest sealed version of a window, and how many versions the log holds of it. */
export interface SealedVersion {
  readonly row: LogEntry;
  readonly body: SealedBody;
  readonly versions: number;
}

/** What the audit knows of the audited equipment's windows. */
export interface WindowsToAudit {
  readonly equipment: string;
  readonly windows: readonly SealedVersion[];
  readonly rosters: ReadonlyMap<string, AuditedRoster>;
  /** All readings of the equipment in the audited time. */
  readonly rows: readonly Reading[];
  /** Starts of windows that wait to be sealed again: readings added to them are no difference yet. */
  readonly waiting: ReadonlySet<number>;
  /** The sources that the readings of a window give now, by its start; not compared where they weren't looked up. */
  readonly sources?: ReadonlyMap<number, readonly SourceBody[]>;
}

/** Compares each window's newest sealed data, summary and sources with the readings the store holds now. */
export function auditWindows(audited: WindowsToAudit): Finding[] {
  const inTime = new TimedReadings(audited.rows);
  return audited.windows.flatMap((version) => auditWindow(audited, version, inTime.within(version.row)));
}

function auditWindow(
  audited: WindowsToAudit,
  { row, body }: SealedVersion,
  rows: readonly Reading[],
): Finding[] {
  const found = (kind: FindingKind, detail: string): Finding => ({
    kind,
    equipment: audited.equipment,
    window: row.fromMs,
    detail: `${detail} (window ${timeText(row.fromMs)} to ${timeText(row.toMs)})`,
  });
  const now = summaryOf(audited, { row, body }, rows);
  if (now === null) return [found("ENTRY_CHANGED", "the roster it was sealed under is not in the log")];
  const wrong = wrongRosters(row, body, audited.rosters);
  const rosters = wrong === null ? [] : [found("ROSTERS_DIFFER", wrong)];
  const differing = differences(body.points, now.points);
  if (dataRoot(rows) === body.data) {
    const summary = differing.map(({ detail }) =>
      found("ENTRY_CHANGED", `its summary is not that of its readings: ${detail}`),
    );
    return [...rosters, ...summary, ...besideTemperatures(audited, { row, body }, now, found)];
  }
  const kinds =
    differing.length === 0 ? [{ kind: "READING_CHANGED" as const, detail: "another value" }] : differing;
  const readings = kinds.filter(({ kind }) => !(kind === "READING_ADDED" && audited.waiting.has(row.fromMs)));
  return [...rosters, ...readings.map(({ kind, detail }) => found(kind, detail))];
}

/** Contacts and sources: the root over the readings covers temperatures only. */
function besideTemperatures(
  { sources, waiting }: WindowsToAudit,
  { row, body }: Pick<SealedVersion, "row" | "body">,
  now: Summary,
  found: (kind: FindingKind, detail: string) => Finding,
): Finding[] {
  const findings: Finding[] = [];
  if (!areEqual([body.door, body.power], [now.door, now.power]))
    findings.push(found("READING_CHANGED", "door or power are other ones in the store"));
  const own = sources?.get(row.fromMs);
  if (own !== undefined && !waiting.has(row.fromMs) && !areSources(body.sources, own))
    findings.push(found("SOURCES_DIFFER", "the messages behind its readings are not those that were sealed"));
  return findings;
}

/** A number that was missing at sealing may have come since; one that is missing only now was taken away. */
function areSources(sealed: readonly SourceBody[], now: readonly SourceBody[]): boolean {
  const rest = (sources: readonly SourceBody[]) => sources.map(({ missing: _, ...others }) => others);
  const isIn = ([from, to]: readonly [number, number], ranges: SourceBody["missing"]) =>
    ranges.some(([first, last]) => first <= from && to <= last);
  return (
    areEqual(rest(sealed), rest(now)) &&
    now.every(({ missing }, at) => missing.every((one) => isIn(one, sealed[at]?.missing ?? [])))
  );
}

function areEqual(a: unknown, b: unknown): boolean {
  return canonicalize(a) === canonicalize(b);
}

type Summary = Pick<SealedBody, "points" | "door" | "power">;

/** What the readings give now, under the rules it was sealed under; null without them. */
function summaryOf(
  { rosters }: WindowsToAudit,
  { row, body }: Pick<SealedVersion, "row" | "body">,
  rows: readonly Reading[],
): Summary | null {
  const roster = rosters.get(body.roster)?.body;
  const rules = roster == null ? null : profileOf(roster.profile.name, roster.profile.version);
  if (roster == null || rules === null) return null;
  const sealed = new Map(body.points.map(({ point, calibratedUntil }) => [point, calibratedUntil]));
  const points = [...new Set([...sealed.keys(), ...rows.map(({ point }) => point)])];
  const holdMaxMs = rules.scopes[roster.scope].recordIntervalMs.value;
  const { lowerMilliC, upperMilliC } = roster;
  const places = points.map((point) => ({ point, calibratedUntil: sealed.get(point) ?? null }));
  const window = { from: row.fromMs, to: row.toMs, points: places, rows };
  return {
    points: summarizeWindow({ ...window, lowerMilliC, upperMilliC, holdMaxMs }),
    door: doorOf(rows, row.toMs, holdMaxMs),
    power: powerOf(rows, row.toMs, holdMaxMs),
  };
}

interface Difference {
  readonly kind: "READING_CHANGED" | "READING_MISSING" | "READING_ADDED";
  readonly detail: string;
}

function differences(sealed: readonly PointSummary[], now: readonly PointSummary[]): Difference[] {
  const sealedOf = new Map(sealed.map((summary) => [summary.point, summary]));
  return now.flatMap((summary) => {
    const before = sealedOf.get(summary.point);
    if (before !== undefined && areSame(before, summary)) return [];
    const [had, has] = [before === undefined ? 0 : before.n + before.faults, summary.n + summary.faults];
    const kind = has < had ? "READING_MISSING" : has > had ? "READING_ADDED" : "READING_CHANGED";
    const text = (s: PointSummary | undefined) =>
      s === undefined ? "nothing" : `${s.n} good, ${s.min} to ${s.max} m°C`;
    return [
      { kind, detail: `point ${summary.point}: sealed ${text(before)}, the store has ${text(summary)}` },
    ];
  });
}

/** Two engines may differ in the last digit of an exponential. */
function areSame(a: PointSummary, b: PointSummary): boolean {
  const isMktSame = Math.abs(a.mktSum - b.mktSum) <= 1 + 1e-9 * Math.abs(a.mktSum);
  const facts = Object.entries(a) as [keyof PointSummary, unknown][];
  const isRestSame = facts.every(([name, value]) => name === "mktSum" || value === b[name]);
  return isMktSame && isRestSame && facts.length === Object.keys(b).length;
}

/** Tiled windows, oldest first, follow one another from the first `segment` on: a hole between two of them was left out. */
export function auditTiling(
  equipment: string,
  rows: readonly Pick<LogEntry, "fromMs" | "toMs">[],
  tiledFrom: number,
): Finding[] {
  return rows.flatMap((row, at) => {
    const next = rows[at + 1];
    if (next === undefined || row.fromMs < tiledFrom || next.fromMs <= row.toMs) return [];
    const detail = `no window was sealed from ${timeText(row.toMs)} to ${timeText(next.fromMs)}`;
    return [{ kind: "SEQUENCE_BROKEN", equipment, window: row.toMs, detail }];
  });
}
