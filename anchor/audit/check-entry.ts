import { concatBytes, equalBytes, toHex, utf8 } from "#domain/log/bytes.ts";
import { entryBytes, headerBytes, streamOf } from "#domain/log/entry.ts";
import { leafHash } from "#domain/log/merkle.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { LogEntry } from "#store/entries.ts";

/** The leaf hash of an entry's public part, recomputed. */
export function leafOf({ stream, seq, prev, commit }: LogEntry): Uint8Array {
  const hash = { stream: toHex(stream), prev: toHex(prev), commit: toHex(commit) };
  return leafHash(entryBytes({ v: 1, seq, ...hash }), fastSha256);
}

/** Whether some of what opens an entry was taken away: then nobody can say what it committed to. */
export function isErased({ salt, bodySalt, body }: Pick<LogEntry, "salt" | "bodySalt" | "body">): boolean {
  return salt === null || bodySalt === null || body === null;
}

/** What an entry, its recomputed `leaf` and its content disagree in, in words; null when they agree, or nothing opens it (`isErased`). */
export function entryFault(row: LogEntry, leaf: Uint8Array): string | null {
  if (!equalBytes(leaf, row.leaf)) return "its leaf hash is not that of its public part";
  if (streamOf(row.subject) !== toHex(row.stream)) return "its subject is not that of its stream";
  if (row.salt === null || row.bodySalt === null || row.body === null) return null;
  const body = toHex(fastSha256(concatBytes(row.bodySalt, utf8(row.body))));
  const header = headerBytes({ kind: row.kind, from: row.fromMs, to: row.toMs, body });
  const commit = fastSha256(concatBytes(row.salt, header));
  return equalBytes(commit, row.commit) ? null : "its header or body is not what was committed to";
}
