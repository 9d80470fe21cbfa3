import { asc, count, gt, inArray, sql } from "drizzle-orm";
import { AppError } from "#domain/errors.ts";
import type { Tx } from "./connect.ts";
import { givenRows } from "./given-rows.ts";
import { joinedBytes, startsOf } from "./list-of.ts";
import { registerVersionSql } from "./register-version.ts";
import { cursors } from "./schema/cursors.ts";
import { inbox } from "./schema/inbox.ts";

/** A message as it came in, before it is durable. `sha256` is over the raw payload. */
export interface NewInboxMessage {
  readonly receivedAt: number;
  readonly gateway: string;
  readonly topic: string;
  readonly lane: string;
  readonly payload: Uint8Array;
  readonly sha256: Uint8Array;
  readonly door: string;
}

/** A message of the inbox: ids rise in the order in which messages became durable. */
export interface InboxMessage extends NewInboxMessage {
  readonly id: number;
}

/** Where a reader of the inbox stands and what became of the readings it saw. */
export type Cursor = typeof cursors.$inferSelect;

/** The readers of the inbox: the tracker (sequence numbers, receipts) and the projector (readings). */
export type CursorName = "tracker" | "projector";

/** Ids of messages that one append made, all from `first` to `last` in the order they were given, and the register's version. */
export interface Appended {
  readonly first: number;
  readonly last: number;
  readonly register: string;
}

/** Any number will do; it is the same in every process on one database. */
const appendLock = 0x636f6c65;

/**
 * Appends many messages in one statement. The lock is held to the commit, so that ids become visible in rising
 * order and a reader that follows them never skips one. `openDay` names a UTC day (days since 1970) whose part of the
 * inbox may have to be opened first.
 */
export async function appendToInbox(
  tx: Tx,
  messages: readonly NewInboxMessage[],
  openDay: number | null = null,
): Promise<Appended> {
  await tx.execute(sql`select pg_advisory_xact_lock(${appendLock})`);
  if (openDay !== null) await tx.execute(sql`select open_inbox_day(${openDay})`);
  const starts = startsOf(messages, ({ payload }) => payload.length);
  const found = await tx.execute<{ first: number; last: number; register: string }>(sql`
    with kept as (
      insert into inbox (received_at, gateway, topic, lane, door, payload, sha256)
      select received_at, gateway, topic, lane, door,
        substring(${joinedBytes(messages.map((m) => m.payload))} from start for size),
        substring(${joinedBytes(messages.map((m) => m.sha256))} from (32 * (n - 1) + 1)::int for 32)
      from ${givenRows(messages, {
        received_at: ["bigint", (m) => m.receivedAt],
        gateway: ["text", (m) => m.gateway],
        topic: ["text", (m) => m.topic],
        lane: ["text", (m) => m.lane],
        door: ["text", (m) => m.door],
        start: ["int", (_, at) => starts[at] as number],
        size: ["int", (m) => m.payload.length],
      })} as message
      returning id)
    select min(id) as first, max(id) as last, ${registerVersionSql} as register from kept`);
  const { first, last, register } = found.rows[0] as { first: number; last: number; register: string };
  return { first: Number(first), last: Number(last), register };
}

/**
 * The next messages after `position` in id order, at most `limit`, up to `maxBytes` of payload (always at least one),
 * none above `upTo`.
 */
export async function readInbox(
  tx: Tx,
  options: { position: number; upTo?: number; limit: number; maxBytes: number },
): Promise<InboxMessage[]> {
  const { position, upTo, limit, maxBytes } = options;
  // Raw: the mapper takes longer over a message than all else of it.
  const end = upTo ?? Number.MAX_SAFE_INTEGER;
  const sizes = await tx.execute<{ id: number; bytes: number }>(sql`
    select id, octet_length(payload) as bytes from inbox where id > ${position} and id <= ${end} order by id limit ${limit}`);
  const last = lastThatFits(sizes.rows, maxBytes);
  if (last === null) return [];
  const found = await tx.execute<InboxMessage & Record<string, unknown>>(sql`
    select id, received_at as "receivedAt", gateway, topic, lane, door, payload, sha256 from inbox
    where id > ${position} and id <= ${last} order by id`);
  return found.rows;
}

function lastThatFits(sizes: readonly { id: number; bytes: number }[], maxBytes: number): number | null {
  let last: number | null = null;
  let sum = 0;
  for (const { id, bytes } of sizes) {
    sum += bytes;
    if (last !== null && sum > maxBytes) break;
    last = id;
  }
  return last;
}

/** Makes sure the readers' cursors exist, at the beginning of the inbox. */
export async function ensureCursors(tx: Tx): Promise<void> {
  const names: CursorName[] = ["tracker", "projector"];
  await tx
    .insert(cursors)
    .values(names.map((name) => ({ name })))
    .onConflictDoNothing();
}

/** Where the readers stand. */
export async function readCursors(tx: Tx): Promise<Record<CursorName, Cursor>> {
  const rows = await tx
    .select()
    .from(cursors)
    .where(inArray(cursors.name, ["tracker", "projector"]));
  const named = (name: CursorName): Cursor =>
    rows.find((row) => row.name === name) ?? {
      name,
      position: 0,
      received: 0,
      stored: 0,
      duplicate: 0,
      deadLetter: 0,
    };
  return { tracker: named("tracker"), projector: named("projector") };
}

/**
 * Moves a reader's cursor forward and adds up what became of the readings it saw; its row is held to the end of the
 * transaction, so that this comes first in it. Whoever seals a window holds the projector's cursor too: a reading then
 * lands either before the seal is computed or after the seal can be seen.
 * @throws AppError CONFLICT when another process moved it: the batch must be read again
 */
export async function moveCursor(
  tx: Tx,
  name: CursorName,
  { from, to }: { readonly from: number; readonly to: number },
  ends: { received: number; stored: number; duplicate: number; deadLetter: number },
): Promise<void> {
  const move = () =>
    tx.execute<{ position: number }>(sql`
    update cursors set position = ${to}, received = received + ${ends.received}, stored = stored + ${ends.stored},
      duplicate = duplicate + ${ends.duplicate}, dead_letter = dead_letter + ${ends.deadLetter}
    where name = ${name} and position = ${from} returning position`);
  if ((await move()).rows.length > 0) return;
  // Records that were put back without it: it stands at the beginning, as `readCursors` says.
  await ensureCursors(tx);
  if ((await move()).rows.length === 0)
    throw new AppError("CONFLICT", `the ${name} was moved by another process`);
}

/** Whether more than so many messages wait above a position; never counts further than that. */
export async function isMoreAbove(tx: Tx, position: number, messages: number): Promise<boolean> {
  const rows = await tx
    .select({ id: inbox.id })
    .from(inbox)
    .where(gt(inbox.id, position))
    .orderBy(asc(inbox.id))
    .offset(messages)
    .limit(1);
  return rows.length > 0;
}

/** How many messages wait above a position, and when the oldest of them came. */
export async function waitingAbove(
  tx: Tx,
  position: number,
): Promise<{ messages: number; oldest: number | null }> {
  const rows = await tx
    .select({ messages: count(), oldest: sql<string | null>`min(${inbox.receivedAt})` })
    .from(inbox)
    .where(gt(inbox.id, position));
  const oldest = rows[0]?.oldest ?? null;
  return { messages: rows[0]?.messages ?? 0, oldest: oldest === null ? null : Number(oldest) };
}
