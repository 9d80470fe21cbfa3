import type { ReadingRow } from "#domain/log/bundle.ts";
import { readingsRoot } from "#domain/log/check-readings.ts";
import type { PointBody } from "#domain/provenance/bodies.ts";
import type { Reading } from "#store/readings/readings-store.ts";
import { fastSha256 } from "../log/fast-sha256.ts";

/** What a window was sealed with: the root over its readings (`data`, hex), and how many they were. */
export interface SealedWindow {
  readonly equipmentId: string;
  readonly data: string;
  readonly rows: number;
}

/** How many readings a window's points were sealed with, sensor faults included. */
export function sealedRows(points: readonly Pick<PointBody, "n" | "faults">[]): number {
  return points.reduce((sum, { n, faults }) => sum + n + faults, 0);
}

/**
 * The readings that a window was sealed with. A store holds what came later too, and messages are kept in the order they came: the
 * sealed ones are the first messages with as many readings. Where their root is not the sealed one all are given: then
 * one was changed, and every verifier will say so.
 */
export function sealedReadings(found: readonly Reading[], window: SealedWindow): ReadingRow[] {
  const own = found.filter((reading) => reading.equipmentId === window.equipmentId);
  const rows = own.filter((reading) => reading.inboxId < firstLater(own, window.rows)).map(rowOf);
  return readingsRoot(rows, fastSha256) === window.data ? rows : own.map(rowOf);
}

/** The message that came first after so many readings were there. */
function firstLater(own: readonly Reading[], rows: number): number {
  const arrivals = own.map((reading) => reading.inboxId).sort((a, b) => a - b);
  return arrivals[rows] ?? Number.POSITIVE_INFINITY;
}

function rowOf({ point, ts, tMilliC, err }: Reading): ReadingRow {
  return [point, ts, tMilliC, err];
}
