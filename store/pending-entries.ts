import { sql } from "drizzle-orm";
import { utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import type { Tx } from "./connect.ts";
import { givenRows } from "./given-rows.ts";
import { joinedBytes, startsOf } from "./list-of.ts";

/** What the log is to hold of a subject (its stream): integers only in the body, `from` and `to` in epoch ms. */
export interface QueuedEntry {
  readonly subject: string;
  readonly kind: string;
  readonly from: number;
  readonly to: number;
  readonly body: unknown;
  /** An excursion or a recall: anchored within ANCHOR_URGENT_MS. */
  readonly urgent?: boolean;
}

/** Queues one entry for the log in the transaction of the change it tells of. */
export async function queueEntry(tx: Tx, entry: QueuedEntry, now: number): Promise<void> {
  await queueEntries(tx, [entry], now);
}

/** Queues entries for the log; they are appended in this order. */
export async function queueEntries(tx: Tx, entries: readonly QueuedEntry[], now: number): Promise<void> {
  if (entries.length === 0) return;
  const bodies = entries.map(({ body }) => utf8(canonicalize(body)));
  const starts = startsOf(bodies, ({ length }) => length);
  await tx.execute(sql`
    insert into pending_entries (subject, kind, from_ms, to_ms, body, urgent, created_at)
    select subject, kind, from_ms, to_ms, convert_from(substring(${joinedBytes(bodies)} from start for size), 'UTF8'), urgent, ${now}
    from ${givenRows(entries, {
      subject: ["text", (e) => e.subject],
      kind: ["text", (e) => e.kind],
      from_ms: ["bigint", (e) => e.from],
      to_ms: ["bigint", (e) => e.to],
      urgent: ["boolean", (e) => e.urgent ?? false],
      start: ["int", (_, at) => starts[at] as number],
      size: ["int", (_, at) => (bodies[at] as Uint8Array).length],
    })} as entry order by n`);
}
