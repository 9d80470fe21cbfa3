import { and, asc, desc, eq, gte, lte, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { inbox } from "./schema/inbox.ts";
import { inboxDays } from "./schema/inbox-days.ts";

/** A part of the inbox: the messages of one day, and where they lie. */
export type InboxDay = typeof inboxDays.$inferSelect;

/** What is known of a part once all of it lies in a file too; `file` is a name in the folder of exports. */
export interface ExportFacts {
  readonly messages: number;
  readonly file: string;
  readonly sha256: Uint8Array;
  readonly exportedAt: number;
}

/** Part n holds the ids from n times this on (store/migrations/0006_inbox_days.sql). */
export const idsPerPart = 10_000_000_000;

/** Has the next message come after an id, where it would come before it; says whether anything had to be moved on. */
export async function beginInboxAfter(tx: Tx, id: number): Promise<boolean> {
  const { rows } = await tx.execute<{ moved: boolean }>(sql`select begin_inbox_after(${id}) as moved`);
  return rows[0]?.moved ?? false;
}

/** Every part, oldest first; the last one is that which messages come into. */
export async function allInboxDays(tx: Tx): Promise<InboxDay[]> {
  return tx.select().from(inboxDays).orderBy(asc(inboxDays.part));
}

/** One part, held against every other change to the end of the transaction; null where there is none. */
export async function holdInboxDay(tx: Tx, part: number): Promise<InboxDay | null> {
  const rows = await tx.select().from(inboxDays).where(eq(inboxDays.part, part)).for("update");
  return rows[0] ?? null;
}

/** One part as it is now; null where there is none. */
export async function findInboxDay(tx: Tx, part: number): Promise<InboxDay | null> {
  const rows = await tx.select().from(inboxDays).where(eq(inboxDays.part, part));
  return rows[0] ?? null;
}

/** The first and the last message of a part that is not dropped, with the times they came at; null where it has none. */
export async function endsOfInboxDay(
  tx: Tx,
  part: number,
): Promise<{ first: number; last: number; lastReceivedAt: number } | null> {
  const isInPart = and(gte(inbox.id, part * idsPerPart), lte(inbox.id, (part + 1) * idsPerPart - 1));
  const columns = { id: inbox.id, receivedAt: inbox.receivedAt };
  const [first] = await tx.select(columns).from(inbox).where(isInPart).orderBy(asc(inbox.id)).limit(1);
  const [last] = await tx.select(columns).from(inbox).where(isInPart).orderBy(desc(inbox.id)).limit(1);
  if (first === undefined || last === undefined) return null;
  return { first: first.id, last: last.id, lastReceivedAt: last.receivedAt };
}

/** Notes that all of a part lies in a file too. */
export async function markExported(tx: Tx, part: number, facts: ExportFacts): Promise<void> {
  await tx
    .update(inboxDays)
    .set({ state: "exported", ...facts })
    .where(eq(inboxDays.part, part));
}

/** Notes that the file of a part is of no use, as long as the database has its messages: it is to be exported again. */
export async function reopenInboxDay(tx: Tx, part: number): Promise<void> {
  const nothing = { messages: null, file: null, sha256: null, exportedAt: null };
  await tx
    .update(inboxDays)
    .set({ state: "open", ...nothing })
    .where(and(eq(inboxDays.part, part), eq(inboxDays.state, "exported")));
}

/**
 * Takes the messages of an exported part out of the database. Dropping waits for everybody who reads the inbox, and
 * whoever comes later waits behind it: so it gives up soon where a backup or a long question is under way.
 * @throws where it can't be dropped now, is not exported, or is the newest
 */
export async function dropInboxDay(tx: Tx, part: number): Promise<void> {
  await tx.execute(sql`set local lock_timeout = '2s'`);
  await tx.execute(sql`select drop_inbox_day(${part})`);
}
