import { profileOf } from "#domain/coldchain/profiles.ts";
import { readingsRoot } from "#domain/log/check-readings.ts";
import type { RosterBody } from "#domain/provenance/bodies.ts";
import { type PointSummary, summarizeWindow } from "#domain/provenance/window-summary.ts";
import type { LogEntry } from "#store/entries.ts";
import type { Reading } from "#store/readings/readings-store.ts";
import type { SealedBody } from "../compose-windows.ts";
import { type Finding, type FindingKind, timeText } from "./finding.ts";

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
  readonly rosters: ReadonlyMap<string, RosterBody>;
  /** All readings of the equipment in the audited time. */
  readonly rows: readonly Reading[];
  /** Starts of windows that wait to be sealed again: readings added to them are no difference yet. */
  readonly waiting: ReadonlySet<number>;
}

/** Compares each window's newest sealed data and summary with the readings the store holds now. */
export function auditWindows(audited: WindowsToAudit): Finding[] {
  return audited.windows.flatMap((version) => auditWindow(audited, version)).concat(untiled(audited));
}

function auditWindow(audited: WindowsToAudit, { row, body }: SealedVersion): Finding[] {
  const rows = audited.rows.filter(({ ts }) => ts >= row.fromMs && ts < row.toMs);
  const found = (kind: FindingKind, detail: string): Finding => ({
    kind,
    equipment: audited.equipment,
    window: row.fromMs,
    detail: `${detail} (window ${timeText(row.fromMs)} to ${timeText(row.toMs)})`,
  });
  const now = summaryOf(audited, { row, body }, rows);
  if (now === null) return [found("ENTRY_CHANGED", "the roster it was sealed under is not in the log")];
  const differing = differences(body.points, now);
  if (readingsRoot(rows.map((r) => [r.point, r.ts, r.tMilliC, r.err])) === body.data) {
    return differing.map(({ detail }) =>
      found("ENTRY_CHANGED", `its summary is not that of its readings: ${detail}`),
    );
  }
  const kinds =
    differing.length === 0 ? [{ kind: "READING_CHANGED" as const, detail: "another value" }] : differing;
  return kinds
    .filter(({ kind }) => !(kind === "READING_ADDED" && audited.waiting.has(row.fromMs)))
    .map(({ kind, detail }) => found(kind, detail));
}

/** The summary that the readings give now, under the rules it was sealed under; null without them. */
function summaryOf(
  { rosters }: WindowsToAudit,
  { row, body }: Pick<SealedVersion, "row" | "body">,
  rows: readonly Reading[],
): PointSummary[] | null {
  const roster = rosters.get(body.roster);
  const rules = roster === undefined ? null : profileOf(roster.profile.name, roster.profile.version);
  if (roster === undefined || rules === null) return null;
  const sealed = new Map(body.points.map(({ point, calibratedUntil }) => [point, calibratedUntil]));
  const points = [...new Set([...sealed.keys(), ...rows.map(({ point }) => point)])];
  return summarizeWindow({
    from: row.fromMs,
    to: row.toMs,
    points: points.map((point) => ({ point, calibratedUntil: sealed.get(point) ?? null })),
    rows,
    lowerMilliC: roster.lowerMilliC,
    upperMilliC: roster.upperMilliC,
    holdMaxMs: rules.scopes[roster.scope].recordIntervalMs.value,
  });
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
  const rest = ({ mktSum: _, ...others }: PointSummary) => JSON.stringify(Object.entries(others).sort());
  return isMktSame && rest(a) === rest(b);
}

/** Tiled windows follow one another: a hole between two of them was left out. */
function untiled({ equipment, windows }: WindowsToAudit): Finding[] {
  const tiled = windows
    .filter(({ row }) => row.kind === "segment" || row.kind === "late")
    .map(({ row }) => row);
  const sorted = tiled.toSorted((a, b) => a.fromMs - b.fromMs);
  const segments = sorted.filter(({ kind }) => kind === "segment");
  const first = segments[0]?.fromMs ?? Number.POSITIVE_INFINITY;
  return sorted.flatMap((row, at) => {
    const next = sorted[at + 1];
    if (next === undefined || row.fromMs < first || next.fromMs <= row.toMs) return [];
    const detail = `no window was sealed from ${timeText(row.toMs)} to ${timeText(next.fromMs)}`;
    return [{ kind: "SEQUENCE_BROKEN", equipment, window: row.toMs, detail }];
  });
}
