import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, equalBytes, fromHex, toHex, utf8 } from "#domain/log/bytes.ts";
import { entryLeaf, saltedHash, streamOf } from "#domain/log/entry.ts";
import type { LogEntry } from "#store/entries.ts";

/** The leaf hash of an entry's public part, recomputed. */
export function leafOf({ stream, seq, prev, commit }: LogEntry): Uint8Array {
  const hash = { stream: toHex(stream), prev: toHex(prev), commit: toHex(commit) };
  return fromHex(entryLeaf({ v: 1, seq, ...hash }));
}

/** What an entry and its content disagree in, in words; null when they agree or the content was erased. */
export function entryFault(row: LogEntry): string | null {
  if (!equalBytes(leafOf(row), row.leaf)) return "its leaf hash is not that of its public part";
  if (streamOf(row.subject) !== toHex(row.stream)) return "its subject is not that of its stream";
  if (row.salt === null || row.bodySalt === null || row.body === null) return null;
  const body = toHex(sha256(concatBytes(row.bodySalt, utf8(row.body))));
  const header = { kind: row.kind, from: row.fromMs, to: row.toMs, body };
  const commit = saltedHash(toHex(row.salt), header);
  return commit === toHex(row.commit) ? null : "its header or body is not what was committed to";
}
