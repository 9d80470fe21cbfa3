import type { CheckedEquipment } from "#store/audited.ts";
import { type Finding, timeText } from "./finding.ts";
import { type SealingPatience, slackMs } from "./sealing-patience.ts";

/** Readings of an equipment that lie after its newest sealed window: how many, and the time of the first. */
export interface UnsealedReadings {
  readonly count: number;
  readonly first: number;
}

/** Finds an equipment (by its `name` in findings) whose readings should have been sealed by now, whatever it is that sealing waits for. */
export function auditUnsealed(
  {
    name,
    segmentMs,
    acceptedAt,
  }: Pick<CheckedEquipment, "segmentMs" | "acceptedAt"> & { readonly name: string },
  { readings, sealedTo }: { readonly readings: UnsealedReadings | null; readonly sealedTo: number | null },
  { now, sealGraceMs }: SealingPatience,
): Finding[] {
  if (readings === null) return [];
  const { count, first } = readings;
  if (Math.max(first + segmentMs, acceptedAt) + sealGraceMs + slackMs >= now) return [];
  const newest = sealedTo === null ? "it has no window" : `its newest window ends at ${timeText(sealedTo)}`;
  const detail = `not sealed: ${count} readings from ${timeText(first)} on; ${newest}`;
  return [{ kind: "NOT_SEALED", equipment: name, window: null, detail }];
}
