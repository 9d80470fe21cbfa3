import { asc, desc, gt, gte, type SQL, sql } from "drizzle-orm";
import { utf8 } from "#domain/log/bytes.ts";
import type { Tx } from "./connect.ts";
import { givenRows } from "./given-rows.ts";
import { joinedBytes, listOf, listsOf, startsOf } from "./list-of.ts";
import { entries } from "./schema/entries.ts";
import type { pendingEntries } from "./schema/pending-entries.ts";
import { streamHeads } from "./schema/stream-heads.ts";

/** An entry of the log as kept: its public part, and what opens it until it is erased. */
export type LogEntry = typeof entries.$inferSelect;

/** What waits to be appended. */
type PendingEntry = Pick<
  typeof pendingEntries.$inferSelect,
  "id" | "subject" | "kind" | "fromMs" | "toMs" | "body" | "urgent"
>;

/** The newest entry of a stream. */
export type StreamHead = typeof streamHeads.$inferSelect;

/** The same in every process on one database: whoever appends holds it, so the log has one writer. */
const appendLock = 0x636f6c66;
const hashLength = 32;
const saltLength = 16;

/** Makes this transaction the log's only writer until it ends. */
export async function holdLog(tx: Tx): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(${appendLock})`);
}

/** The number of entries in the log. */
export async function logSize(tx: Tx): Promise<number> {
  const rows = await tx.select({ index: entries.index }).from(entries).orderBy(desc(entries.index)).limit(1);
  return rows[0] === undefined ? 0 : rows[0].index + 1;
}

/** What waits to be appended, oldest first. */
export async function readPending(tx: Tx, limit: number): Promise<PendingEntry[]> {
  const found = await tx.execute<PendingEntry>(sql`
    select id, subject, kind, from_ms as "fromMs", to_ms as "toMs", body, urgent from pending_entries
    where entry_index is null order by id limit ${limit}`);
  return found.rows;
}

/** Ends the waiting of what was appended; of urgent entries it stays known at which index they stand, and since when. */
export async function markAppended(
  tx: Tx,
  appended: readonly { readonly id: number; readonly urgent: boolean; readonly index: number }[],
): Promise<void> {
  const others = appended.filter(({ urgent }) => !urgent);
  await tx.execute(
    sql`delete from pending_entries where id = any(${listOf(others, "bigint", ({ id }) => id)})`,
  );
  const urgent = listsOf(appended.filter((entry) => entry.urgent));
  await tx.execute(sql`
    update pending_entries p set entry_index = v.index, body = ''
    from unnest(${urgent("bigint", ({ id }) => id)}, ${urgent("bigint", ({ index }) => index)}) as v(id, index)
    where p.id = v.id`);
}

/** Adds entries at the end of the log; one that was erased has neither salts nor body. */
export async function insertEntries(tx: Tx, rows: readonly LogEntry[]): Promise<void> {
  await insertionOf(rows)(tx);
}

/**
 * What `insertEntries` does, made ready beforehand. Bytes and bodies go as one run for each column: PostgreSQL and its client take twice
 * as long over as many values.
 */
export function insertionOf(rows: readonly LogEntry[]): (tx: Tx) => Promise<void> {
  const bodies = rows.map(({ body }) => utf8(body ?? ""));
  const starts = startsOf(bodies, ({ length }) => length);
  const hashes = (pick: (row: LogEntry) => Uint8Array) => cut(rows.map(pick), hashLength);
  const salts = (pick: (row: LogEntry) => Uint8Array | null) => unlessErased(cut(rows.map(pick), saltLength));
  const body = sql`convert_from(substring(${joinedBytes(bodies)} from start for size), 'UTF8')`;
  const insert = sql`
    insert into entries (index, stream, seq, prev, commit, leaf, subject, kind, from_ms, to_ms, salt, body_salt, body, appended_at)
    select index, ${hashes((e) => e.stream)}, seq, ${hashes((e) => e.prev)}, ${hashes((e) => e.commit)}, ${hashes((e) => e.leaf)},
      subject, kind, from_ms, to_ms, ${salts((e) => e.salt)}, ${salts((e) => e.bodySalt)}, ${unlessErased(body)}, appended_at
    from ${givenRows(rows, {
      index: ["bigint", (e) => e.index],
      seq: ["bigint", (e) => e.seq],
      subject: ["text", (e) => e.subject],
      kind: ["text", (e) => e.kind],
      from_ms: ["bigint", (e) => e.fromMs],
      to_ms: ["bigint", (e) => e.toMs],
      appended_at: ["bigint", (e) => e.appendedAt],
      erased: ["boolean", (e) => e.body === null],
      start: ["int", (_, at) => starts[at] as number],
      size: ["int", (_, at) => (bodies[at] as Uint8Array).length],
    })} as entry`;
  return async (tx) => {
    await tx.execute(insert);
  };
}

/** Of each row `n` its bytes, all of one length, out of one run; where there are none, zeros. */
function cut(pieces: readonly (Uint8Array | null)[], length: number): SQL {
  const none = new Uint8Array(length);
  return sql`substring(${joinedBytes(pieces.map((piece) => piece ?? none))} from (n * ${length} - ${length - 1})::int for ${length})`;
}

function unlessErased(value: SQL): SQL {
  return sql`case when erased then null else ${value} end`;
}

/** The newest entries of these streams (32-byte ids). */
export async function readStreamHeads(tx: Tx, streams: readonly Uint8Array[]): Promise<StreamHead[]> {
  if (streams.length === 0) return [];
  const asked = sql`select ${cut(streams, hashLength)} from generate_series(1, ${streams.length}::int) as n`;
  const found = await tx.execute<StreamHead>(
    sql`select stream, seq, leaf, subject from stream_heads where stream = any(array(${asked}))`,
  );
  return found.rows;
}

/** The newest entries of all streams after a stream id, in rising order of the ids, at most `limit`. */
export async function listStreamHeads(
  tx: Tx,
  { after, limit }: { readonly after: Uint8Array | null; readonly limit: number },
): Promise<StreamHead[]> {
  return tx
    .select()
    .from(streamHeads)
    .where(after === null ? undefined : gt(streamHeads.stream, after))
    .orderBy(asc(streamHeads.stream))
    .limit(limit);
}

/** Moves streams on to their newest entries. */
export async function saveStreamHeads(tx: Tx, heads: readonly StreamHead[]): Promise<void> {
  if (heads.length === 0) return;
  const hashes = (pick: (head: StreamHead) => Uint8Array) => cut(heads.map(pick), hashLength);
  // Most streams are known: an update takes half of what an insert that meets its like does.
  await tx.execute(sql`
    with given as materialized (
      select ${hashes((h) => h.stream)} as stream, seq, ${hashes((h) => h.leaf)} as leaf, subject
      from ${givenRows(heads, { seq: ["bigint", (h) => h.seq], subject: ["text", (h) => h.subject] })} as head
    ), moved as (
      update stream_heads h set seq = given.seq, leaf = given.leaf from given where h.stream = given.stream
      returning h.stream
    )
    insert into stream_heads (stream, seq, leaf, subject)
    select stream, seq, leaf, subject from given where not exists (select from moved where moved.stream = given.stream)`);
}

/** Entries from an index on, in log order. */
export async function readEntries(tx: Tx, from: number, limit: number): Promise<LogEntry[]> {
  return tx.select().from(entries).where(gte(entries.index, from)).orderBy(asc(entries.index)).limit(limit);
}

/** Which stream each entry from … to (excluded) belongs to, with its place there, in log order. */
export async function readPlaces(
  tx: Tx,
  from: number,
  to: number,
): Promise<Pick<LogEntry, "stream" | "seq" | "leaf">[]> {
  const found = await tx.execute<Pick<LogEntry, "stream" | "seq" | "leaf">>(
    sql`select stream, seq, leaf from entries where index >= ${from} and index < ${to} order by index`,
  );
  return found.rows;
}

/** How many entries stand at or above an index, and since when the oldest and the oldest urgent one wait. */
export async function waitingFrom(
  tx: Tx,
  index: number,
): Promise<{ count: number; since: number | null; urgentSince: number | null }> {
  const found = await tx.execute<{ count: number; since: number | null; urgent_since: number | null }>(sql`
    select count(*)::bigint as count, min(e.appended_at)::bigint as since,
      (select min(p.created_at) from pending_entries p where p.urgent and p.entry_index >= ${index})::bigint as urgent_since
    from entries e where e.index >= ${index}`);
  const row = found.rows[0];
  return { count: row?.count ?? 0, since: row?.since ?? null, urgentSince: row?.urgent_since ?? null };
}
