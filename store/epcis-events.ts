import { and, desc, eq, gte, inArray, lt, or, type SQL, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { epcisEvents } from "./schema/epcis-events.ts";
import { eventCodes } from "./schema/event-codes.ts";

/** An event as it is kept: its RFC 8785 text with the SHA-256 of it, and the salt of its hash in the log. */
export type StoredEvent = typeof epcisEvents.$inferSelect;
/** A code that an event speaks of. */
export type StoredEventCode = typeof eventCodes.$inferSelect;

/** Which of an organisation's events to list, newest first; the key of the last one seen to go on after it. */
export interface EventFilter {
  readonly eventTypes?: readonly string[];
  readonly bizSteps?: readonly string[];
  readonly epcs?: readonly string[];
  readonly from?: number;
  readonly before?: number;
  readonly after?: { readonly eventTime: number; readonly eventId: string };
  readonly limit: number;
}

const rowsPerInsert = 1_000;

/** Keeps events; gives back the ids of those that were not there yet. */
export async function insertEvents(tx: Tx, events: readonly StoredEvent[]): Promise<Set<string>> {
  const added = new Set<string>();
  for (let from = 0; from < events.length; from += rowsPerInsert) {
    const rows = await tx
      .insert(epcisEvents)
      .values(events.slice(from, from + rowsPerInsert))
      .onConflictDoNothing()
      .returning({ id: epcisEvents.eventId });
    for (const { id } of rows) added.add(id);
  }
  return added;
}

/** Keeps which codes each event speaks of. */
export async function insertEventCodes(tx: Tx, codes: readonly StoredEventCode[]): Promise<void> {
  for (let from = 0; from < codes.length; from += rowsPerInsert) {
    await tx.insert(eventCodes).values(codes.slice(from, from + rowsPerInsert));
  }
}

/** The SHA-256 of these events' texts, by event id, as far as the organisation has them. */
export async function findEventHashes(
  tx: Tx,
  tenant: string,
  ids: readonly string[],
): Promise<Map<string, Uint8Array>> {
  if (ids.length === 0) return new Map();
  const rows = await tx
    .select({ id: epcisEvents.eventId, sha256: epcisEvents.sha256 })
    .from(epcisEvents)
    .where(and(eq(epcisEvents.tenantId, tenant), inArray(epcisEvents.eventId, [...ids])));
  return new Map(rows.map(({ id, sha256 }) => [id, sha256]));
}

/** The organisation's events that a filter takes, newest event time first. */
export async function listEvents(
  tx: Tx,
  tenant: string,
  filter: EventFilter,
): Promise<Pick<StoredEvent, "eventId" | "eventTime" | "document">[]> {
  const { eventId, eventTime, document } = epcisEvents;
  return tx
    .select({ eventId, eventTime, document })
    .from(epcisEvents)
    .where(and(eq(epcisEvents.tenantId, tenant), ...conditions(tenant, filter)))
    .orderBy(desc(eventTime), desc(eventId))
    .limit(filter.limit);
}

function conditions(tenant: string, filter: EventFilter): (SQL | undefined)[] {
  const { eventTypes, bizSteps, epcs, from, before, after } = filter;
  const { eventId, eventTime } = epcisEvents;
  return [
    from === undefined ? undefined : gte(eventTime, from),
    before === undefined ? undefined : lt(eventTime, before),
    after === undefined
      ? undefined
      : or(lt(eventTime, after.eventTime), and(eq(eventTime, after.eventTime), lt(eventId, after.eventId))),
    eventTypes === undefined ? undefined : inArray(member("type"), [...eventTypes]),
    bizSteps === undefined ? undefined : inArray(member("bizStep"), [...bizSteps]),
    epcs === undefined
      ? undefined
      : sql`exists (select from ${eventCodes} where ${eventCodes.tenantId} = ${tenant}
          and ${eventCodes.eventId} = ${eventId} and ${eventCodes.role} <> 'parent'
          and ${inArray(eventCodes.epc, [...epcs])})`,
  ];
}

const member = (name: string): SQL => sql`(${epcisEvents.document}::jsonb ->> ${name})`;
