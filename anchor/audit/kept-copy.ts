import type { LogEntry } from "#store/entries.ts";
import type { Finding } from "./finding.ts";

/** Something that is made of the log's entries and kept beside them, held against them while they are read. */
export interface KeptCopy {
  readonly findings: readonly Finding[];
  /** Takes the next entries in log order, with their recomputed leaf hashes. */
  add(rows: readonly LogEntry[], leaves: readonly Uint8Array[]): Promise<void>;
}

/** A difference of a copy. */
export function copyDiffers(detail: string): Finding {
  return { kind: "COPY_DIFFERS", equipment: null, window: null, detail };
}
