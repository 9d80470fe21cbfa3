import { join } from "node:path";
import { toHex } from "#domain/log/bytes.ts";
import type { Entry } from "#domain/log/entry.ts";
import type { LogEntry } from "#store/entries.ts";

/** A line of the mirror: an entry with all that opens it; `body` is its RFC 8785 text, null once erased. */
export interface MirrorLine {
  readonly index: number;
  readonly subject: string;
  readonly entry: Entry;
  readonly salt: string | null;
  readonly header: { readonly kind: string; readonly from: number; readonly to: number };
  readonly bodySalt: string | null;
  readonly body: string | null;
}

/** Lines in a file of the mirror. */
export const entriesPerFile = 256;

/** Where the mirror in a folder keeps its files. */
export function mirrorEntriesIn(folder: string): string {
  return join(folder, "entries");
}

/** The path of a file of the mirror, `000/012.jsonl` below its entries. */
export function mirrorPath(entries: string, file: number): string {
  return join(entries, threeDigits(Math.floor(file / 1000)), `${threeDigits(file % 1000)}.jsonl`);
}

/** An entry of the records as a line, its end included. */
export function mirrorLineOf(row: LogEntry): string {
  const hexOrNull = (bytes: Uint8Array | null) => (bytes === null ? null : toHex(bytes));
  const line: MirrorLine = {
    index: row.index,
    subject: row.subject,
    entry: {
      v: 1,
      stream: toHex(row.stream),
      seq: row.seq,
      prev: toHex(row.prev),
      commit: toHex(row.commit),
    },
    salt: hexOrNull(row.salt),
    header: { kind: row.kind, from: row.fromMs, to: row.toMs },
    bodySalt: hexOrNull(row.bodySalt),
    body: row.body,
  };
  return `${JSON.stringify(line)}\n`;
}

function threeDigits(value: number): string {
  return String(value).padStart(3, "0");
}
