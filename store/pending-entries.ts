import { sql } from "drizzle-orm";
import { canonicalize } from "#domain/log/canonical.ts";
import type { Tx } from "./connect.ts";

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
  const column = (pick: (entry: QueuedEntry) => unknown) => sql.param(entries.map(pick));
  await tx.execute(sql`
    insert into pending_entries (subject, kind, from_ms, to_ms, body, urgent, created_at)
    select subject, kind, from_ms, to_ms, body, urgent, ${now}
    from unnest(${column((e) => e.subject)}::text[], ${column((e) => e.kind)}::text[], ${column((e) => e.from)}::bigint[],
      ${column((e) => e.to)}::bigint[], ${column((e) => canonicalize(e.body))}::text[],
      ${column((e) => e.urgent ?? false)}::boolean[])
      with ordinality as r(subject, kind, from_ms, to_ms, body, urgent, n) order by n`);
}
