/** Readings that travel with a window must be exactly those that the window's `data` root seals. */

import type { ReadingRow } from "./bundle.ts";
import { toHex } from "./bytes.ts";
import { hashCanonical } from "./hash-canonical.ts";
import { leafPrefix, type Sha256, treeRoot } from "./merkle.ts";
import { type ProvedEntry, type ProvedStream, StreamFault } from "./open-streams.ts";

/** The root that seals a window's readings, in order of measuring point and time (design §5), hex. */
export function readingsRoot(rows: readonly ReadingRow[], sha256?: Sha256): string {
  const leaves = inOrder(rows).map((row) => hashCanonical(leafPrefix, row, sha256));
  return toHex(treeRoot(leaves, sha256));
}

/** Throws StreamFault TAMPERED for the first window whose readings are not the sealed ones. */
export function checkReadings(stream: ProvedStream, sha256?: Sha256): void {
  for (const entry of stream.entries) {
    if (entry.readings === null) continue;
    const sealed = (entry.body as { data?: unknown } | undefined)?.data;
    if (readingsRoot(entry.readings, sha256) !== sealed) {
      throw new StreamFault("TAMPERED", `the readings of ${windowOf(entry)} are not those that were sealed`);
    }
  }
}

/** A bundle may state any integer as a time; not every one is a date. */
function windowOf({ seq, header }: ProvedEntry): string {
  const from = new Date(header?.from ?? Number.NaN);
  return Number.isNaN(from.getTime()) ? `entry ${seq}` : `the window from ${from.toISOString()}`;
}

function inOrder(rows: readonly ReadingRow[]): ReadingRow[] {
  return [...rows].sort(([pointA, a], [pointB, b]) => (pointA < pointB ? -1 : pointA > pointB ? 1 : a - b));
}
