import type { StretchEntry } from "#domain/log/bundle.ts";
import { toHex } from "#domain/log/bytes.ts";
import { type Opening, saltedHash } from "#domain/log/entry.ts";
import type { LogRow } from "#store/stretches.ts";

/** The opening of a row of the log, or null when its body was erased. */
export function openingOf(row: LogRow): Opening | null {
  if (row.salt === null || row.bodySalt === null || row.body === null) return null;
  return {
    salt: toHex(row.salt),
    header: { kind: row.kind, from: row.fromMs, to: row.toMs },
    bodySalt: toHex(row.bodySalt),
    body: JSON.parse(row.body),
  };
}

/** A row as an entry of a stretch: opened, or its header alone (what it is about, not what it says). */
export function entryOf(row: LogRow, opened: boolean): StretchEntry {
  const opening = openingOf(row);
  if (opening === null) return { commit: toHex(row.commit) };
  if (opened) return opening;
  const header = { ...opening.header, body: saltedHash(opening.bodySalt, opening.body) };
  return { salt: opening.salt, header };
}
