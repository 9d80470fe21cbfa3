/** What can differ between the records and what was sealed of them. */
export type FindingKind =
  | "READING_CHANGED"
  | "READING_MISSING"
  | "READING_ADDED"
  | "ENTRY_CHANGED"
  | "CONTENT_ERASED"
  | "SEQUENCE_BROKEN"
  | "HEADS_DO_NOT_FOLLOW"
  | "ROOT_DIFFERS"
  | "CHAIN_DIFFERS"
  | "SEAL_DIFFERS"
  | "COPY_DIFFERS"
  | "SOURCES_DIFFER"
  | "ROSTERS_DIFFER"
  | "NOT_REGISTERED"
  | "NOT_SEALED"
  | "INBOX_CHANGED"
  | "RECEIPT_NOT_KEPT";

/** One difference; `equipment` is its id and `window` the start of a window (epoch ms), null where it concerns neither. */
export interface Finding {
  readonly kind: FindingKind;
  readonly equipment: string | null;
  readonly window: number | null;
  readonly detail: string;
}

/** A time in words. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
