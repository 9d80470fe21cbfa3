/** An equipment's part of a bundle: the windows of the pack's stays, with readings where a summary is not enough. */
import type { OpenedEntry, ReadingRow, StretchEntry } from "#domain/log/bundle.ts";
import { toHex } from "#domain/log/bytes.ts";
import type { WindowBody } from "#domain/provenance/bodies.ts";
import { stretchTailMs } from "#domain/provenance/policy.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import type { LogRow } from "#store/stretches.ts";
import { entryOf } from "./opening-of.ts";

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

/** The rows as stretch entries: the stays' windows opened, others by their header alone. */
export async function openStays(
  rows: readonly LogRow[],
  stays: EquipmentStays,
  owner: { tenantId: string } | null,
  readings: ReadingsStore,
): Promise<StretchEntry[]> {
  const newest = newestVersions(rows);
  return await Promise.all(
    rows.map(async (row) => {
      const entry = entryOf(row, isOpened(row, stays));
      const shows =
        "bodySalt" in entry && newest.has(row.seq) && needsReadings(row, entry.body as WindowBody, stays);
      return shows && owner !== null
        ? await withReadings(entry as OpenedEntry, row, owner.tenantId, readings)
        : entry;
    }),
  );
}

function isWindow(row: LogRow): boolean {
  return row.kind === "segment" || row.kind === "late";
}

function isOpened(row: LogRow, { spans }: EquipmentStays): boolean {
  return (
    row.kind === "equipment" ||
    (isWindow(row) && spans.some((span) => row.fromMs < span.to && row.toMs > span.from))
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

/** Readings as the store gives them now; a store that does not answer leaves the window without them. */
async function withReadings(
  entry: OpenedEntry,
  row: LogRow,
  tenant: string,
  readings: ReadingsStore,
): Promise<StretchEntry> {
  const points = (entry.body as WindowBody).points.map((point) => point.point);
  const found = await readings.range({ tenant, points, from: row.fromMs, to: row.toMs }).catch(() => null);
  if (found === null) return entry;
  const rows = found.map((reading): ReadingRow => [reading.point, reading.ts, reading.tMilliC, reading.err]);
  return { ...entry, readings: rows };
}

/** The leaf hashes of the rosters that opened windows name. */
export function rosterLeaves(entries: readonly StretchEntry[], rows: readonly LogRow[]): Uint8Array[] {
  const shown = new Set(rows.map((row) => toHex(row.leaf)));
  const named = entries.flatMap((entry) => {
    const roster = "bodySalt" in entry ? (entry.body as Partial<WindowBody> | null)?.roster : undefined;
    return typeof roster === "string" && !shown.has(roster) ? [roster] : [];
  });
  return [...new Set(named)].map((hex) =>
    Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
  );
}
