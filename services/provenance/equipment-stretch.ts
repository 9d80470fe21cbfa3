/** An equipment's part of a bundle: the windows of the pack's stays, with readings where a summary is not enough. */
import type { OpenedEntry, StretchEntry } from "#domain/log/bundle.ts";
import { toHex } from "#domain/log/bytes.ts";
import type { WindowBody } from "#domain/provenance/bodies.ts";
import { stretchTailMs } from "#domain/provenance/policy.ts";
import { rostersNamed } from "#domain/provenance/shown-rosters.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import type { LogRow } from "#store/stretches.ts";
import { entryOf } from "./opening-of.ts";
import { type SealedWindow, sealedReadings, sealedRows } from "./sealed-readings.ts";

/** Some times in one equipment, and the label's limits that decide which windows show their readings. */
export interface EquipmentStays {
  readonly stream: string;
  readonly spans: readonly { readonly from: number; readonly to: number }[];
  readonly limits: readonly { readonly lowerMilliC: number; readonly upperMilliC: number }[];
}

/** Where the stretch may end: a pack's departure plus the time in which late entries still come (design §5). */
export function lastMomentOf(stays: EquipmentStays): number {
  return Math.max(...stays.spans.map((span) => span.to)) + stretchTailMs;
}

/** A window of a stretch that travels with its readings: which entry it is, and whose readings to ask for. */
export interface WantedReadings extends SealedWindow {
  readonly at: number;
  readonly tenant: string;
  readonly points: readonly string[];
  readonly from: number;
  readonly to: number;
}

/** The rows as stretch entries: the stays' windows opened, others by their header alone. */
export function openStays(rows: readonly LogRow[], stays: EquipmentStays): StretchEntry[] {
  return rows.map((row) => entryOf(row, isOpened(row, stays)));
}

/** The windows whose summary is not enough: those that hold an edge of a stay, or leave the label's limits. */
export function wantedReadings(
  rows: readonly LogRow[],
  entries: readonly StretchEntry[],
  stays: EquipmentStays,
  owner: { readonly tenantId: string; readonly id: string },
): WantedReadings[] {
  const newest = newestVersions(rows);
  return rows.flatMap((row, at) => {
    const entry = entries[at];
    if (entry === undefined || !("bodySalt" in entry) || !newest.has(row.seq)) return [];
    const body = entry.body as WindowBody;
    if (!needsReadings(row, body, stays)) return [];
    const points = body.points.map(({ point }) => point);
    const sealed = { equipmentId: owner.id, data: body.data, rows: sealedRows(body.points) };
    return [{ at, tenant: owner.tenantId, ...sealed, points, from: row.fromMs, to: row.toMs }];
  });
}

/** The entries with the readings they were sealed with; where the store does not answer, windows go without. */
export async function attachReadings(
  entries: readonly StretchEntry[],
  wanted: readonly WantedReadings[],
  readings: ReadingsStore,
): Promise<StretchEntry[]> {
  const attached = [...entries];
  for (const { at, tenant, points, from, to, ...window } of wanted) {
    const found = await readings.range({ tenant, points, from, to }).catch(() => null);
    if (found === null) continue;
    attached[at] = { ...(entries[at] as OpenedEntry), readings: sealedReadings(found, window) };
  }
  return attached;
}

function isWindow(row: LogRow): boolean {
  return row.kind === "segment" || row.kind === "late";
}

function isOpened(row: LogRow, { spans }: EquipmentStays): boolean {
  return (
    row.kind === "equipment" ||
    (isWindow(row) && spans.some((span) => row.fromMs < span.to && row.toMs > span.from)) ||
    (row.kind === "excursion" && spans.some((span) => row.fromMs >= span.from && row.fromMs < span.to))
  );
}

/** Only the newest version of a window matches what the readings store holds. */
function newestVersions(rows: readonly LogRow[]): Set<number> {
  const newest = new Map<number, number>();
  for (const row of rows) if (isWindow(row)) newest.set(row.fromMs, row.seq);
  return new Set(newest.values());
}

function needsReadings(row: LogRow, body: WindowBody, { spans, limits }: EquipmentStays): boolean {
  const edge = spans.some(
    ({ from, to }) => (from > row.fromMs && from < row.toMs) || (to > row.fromMs && to < row.toMs),
  );
  const out = limits.some(({ lowerMilliC, upperMilliC }) =>
    body.points.some(
      (point) => (point.min ?? lowerMilliC) < lowerMilliC || (point.max ?? upperMilliC) > upperMilliC,
    ),
  );
  return edge || out;
}

/** The leaf hashes of the rosters that opened windows name. */
export function rosterLeaves(entries: readonly StretchEntry[], rows: readonly LogRow[]): Uint8Array[] {
  const shown = new Set(rows.map((row) => toHex(row.leaf)));
  const named = entries.flatMap((entry) =>
    "bodySalt" in entry ? rostersNamed(entry.body).filter((leaf) => !shown.has(leaf)) : [],
  );
  return [...new Set(named)].map((hex) =>
    Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
  );
}
