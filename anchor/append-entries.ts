import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { concatBytes, fromHex, toHex, utf8 } from "#domain/log/bytes.ts";
import { entryBytes, headerBytes, NO_PREVIOUS, streamOf } from "#domain/log/entry.ts";
import { growTiles } from "#domain/log/tile.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store, Tx } from "#store/connect.ts";
import {
  holdLog,
  insertionOf,
  type LogEntry,
  logSize,
  markAppended,
  readPending,
  readStreamHeads,
  type StreamHead,
  saveStreamHeads,
} from "#store/entries.ts";
import { recordedTiles, saveTiles } from "#store/log-tiles.ts";

/** Something to be said in the log; `body` is its RFC 8785 text, times in epoch ms. */
export interface Statement {
  readonly subject: string;
  readonly kind: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly body: string;
}

/** A stream while entries are added to it: its newest entry, if there is one, also in hex. */
interface GrowingStream {
  readonly id: string;
  readonly stream: Uint8Array;
  readonly subject: string;
  seq: number;
  leaf: Uint8Array | null;
  prev: string;
}

const saltLength = 16;
/** While PostgreSQL writes some entries, the next are hashed. */
const entriesAtOnce = 500;
/** What the hash of a leaf begins with (RFC 9162 §2.1.1). */
const leafPrefix = new Uint8Array(1);

/** Appends what waits, at most `limit` entries in one transaction, in the order it was queued; gives their number. */
export async function appendEntries(store: Store, now: number, limit = 4_000): Promise<number> {
  return store.as({ role: "worker" }, async (tx) => {
    await holdLog(tx);
    const pending = await readPending(tx, limit);
    if (pending.length === 0) return 0;
    const first = await appendToLog(tx, pending, now);
    const appended = pending.map(({ id, urgent }, at) => ({ id, urgent, index: first + at }));
    await markAppended(tx, appended);
    return pending.length;
  });
}

/** Appends statements in their order and gives the index of the first; the caller holds the log. */
export async function appendToLog(tx: Tx, statements: readonly Statement[], now: number): Promise<number> {
  const size = await logSize(tx);
  const streams = await streamsOf(tx, statements);
  const leaves: Uint8Array[] = [];
  let written = Promise.resolve();
  for (let from = 0; from < statements.length; from += entriesAtOnce) {
    const some = statements.slice(from, from + entriesAtOnce);
    const rows = entriesAfter(streams, some, { first: size + from, now });
    leaves.push(...rows.map(({ leaf }) => leaf));
    const insert = insertionOf(rows);
    await written;
    written = insert(tx);
    written.catch(() => undefined); // heard of at the next await
    await setImmediate(); // a statement leaves with the end of this turn, which hashing the next entries would hold up
  }
  await written;
  await saveTiles(tx, await growTiles(BigInt(size), leaves, recordedTiles(tx), fastSha256));
  await saveStreamHeads(tx, [...streams.values()].map(headOf));
  return size;
}

async function streamsOf(tx: Tx, statements: readonly Statement[]): Promise<Map<string, GrowingStream>> {
  const streams = new Map<string, GrowingStream>();
  for (const { subject } of statements) {
    if (streams.has(subject)) continue;
    const id = streamOf(subject, fastSha256);
    streams.set(subject, { id, stream: fromHex(id), subject, seq: -1, leaf: null, prev: NO_PREVIOUS });
  }
  const found = await readStreamHeads(
    tx,
    [...streams.values()].map(({ stream }) => stream),
  );
  for (const { subject, seq, leaf } of found) {
    Object.assign(streams.get(subject) ?? {}, { seq, leaf, prev: toHex(leaf) });
  }
  return streams;
}

function headOf({ stream, subject, seq, leaf }: GrowingStream): StreamHead {
  return { stream, subject, seq, leaf: leaf ?? new Uint8Array() };
}

/** The entries that say this next in their streams; moves the streams on to them. */
function entriesAfter(
  streams: ReadonlyMap<string, GrowingStream>,
  statements: readonly Statement[],
  { first, now }: { first: number; now: number },
): LogEntry[] {
  const salts = new Uint8Array(randomBytes(2 * saltLength * statements.length));
  return statements.map(({ subject, kind, fromMs, toMs, body }, at) => {
    const stream = streams.get(subject) as GrowingStream;
    const salt = salts.subarray(2 * at * saltLength, (2 * at + 1) * saltLength);
    const bodySalt = salts.subarray((2 * at + 1) * saltLength, (2 * at + 2) * saltLength);
    const bodyHash = toHex(hashOf(bodySalt, utf8(body)));
    const commit = hashOf(salt, headerBytes({ kind, from: fromMs, to: toMs, body: bodyHash }));
    const place = { seq: stream.seq + 1, prev: stream.prev };
    const leaf = hashOf(leafPrefix, entryBytes({ v: 1, stream: stream.id, ...place, commit: toHex(commit) }));
    const prev = stream.leaf ?? fromHex(NO_PREVIOUS);
    Object.assign(stream, { seq: place.seq, leaf, prev: toHex(leaf) });
    return {
      ...{ index: first + at, stream: stream.stream, seq: place.seq, prev, commit, leaf, subject, kind },
      ...{ fromMs, toMs, salt, bodySalt, body, appendedAt: now },
    };
  });
}

function hashOf(prefix: Uint8Array, content: Uint8Array): Uint8Array {
  return fastSha256(concatBytes(prefix, content));
}
