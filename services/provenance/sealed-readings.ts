import type { ReadingRow } from "#domain/log/bundle.ts";
import { readingsRoot } from "#domain/log/check-readings.ts";
import type { Reading } from "#store/readings/readings-store.ts";

/** Messages that came after a window was sealed and before its `late` entry; more are not looked behind. */
const lateMessagesMax = 64;

/**
 * The readings that a window was sealed with (`data`, hex). A store holds what came later too: the newest messages are
 * left out one after the other until the root is the sealed one. Where none is, all are given: then one was changed,
 * and every verifier will say so.
 */
export function sealedReadings(
  found: readonly Reading[],
  window: { readonly equipmentId: string; readonly data: string },
): ReadingRow[] {
  const own = found.filter((reading) => reading.equipmentId === window.equipmentId);
  const arrivals = [...new Set(own.map((reading) => reading.inboxId))].sort((a, b) => b - a);
  for (const before of [Number.POSITIVE_INFINITY, ...arrivals.slice(0, lateMessagesMax)]) {
    const rows = own.filter((reading) => reading.inboxId < before).map(rowOf);
    if (readingsRoot(rows) === window.data) return rows;
  }
  return own.map(rowOf);
}

function rowOf({ point, ts, tMilliC, err }: Reading): ReadingRow {
  return [point, ts, tMilliC, err];
}
