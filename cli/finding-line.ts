import type { Finding } from "#anchor/audit/finding.ts";

/** A finding on one line: its kind, its equipment, the start of its window, and what differs. */
export function findingLine({ kind, equipment, window, detail }: Finding): string {
  return `${kind} ${equipment ?? ""} ${window === null ? "" : new Date(window).toISOString()} ${detail}`;
}
