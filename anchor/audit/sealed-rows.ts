import type { Reading } from "#store/readings/readings-store.ts";
import type { PlacedPoint } from "#store/windows.ts";
import type { SealedVersion } from "./audit-windows.ts";
import { TimedReadings } from "./timed-readings.ts";

/**
 * Of an equipment's readings those that its windows are to hold: of points that lay there in the window, or that it was sealed with.
 * The store also has back-filled readings from before a sensor was said to lie there, which no window states.
 */
export function sealedRows(
  windows: readonly SealedVersion[],
  placed: readonly PlacedPoint[],
  rows: readonly Reading[],
): Reading[] {
  const inTime = new TimedReadings(rows);
  const held = windows.flatMap(({ row, body }) => {
    const present = placed.filter(
      ({ since, until }) => since < row.toMs && (until === null || until > row.fromMs),
    );
    const names = new Set([...present, ...body.points].map(({ point }) => point));
    return inTime.within(row).filter(({ point }) => names.has(point));
  });
  return [...new Set(held)];
}
