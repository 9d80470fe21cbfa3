import { canonicalize } from "#domain/log/canonical.ts";
import type { Tx } from "./connect.ts";
import { pendingEntries } from "./schema/pending-entries.ts";

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

const rowsAtOnce = 500;

/** Queues one entry for the log in the transaction of the change it tells of. */
export async function queueEntry(tx: Tx, entry: QueuedEntry, now: number): Promise<void> {
  await queueEntries(tx, [entry], now);
}

/** Queues entries for the log; they are appended in this order. */
export async function queueEntries(tx: Tx, entries: readonly QueuedEntry[], now: number): Promise<void> {
  const rows = entries.map(({ subject, kind, from, to, body, urgent = false }) => {
    return { subject, kind, fromMs: from, toMs: to, body: canonicalize(body), urgent, createdAt: now };
  });
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    await tx.insert(pendingEntries).values(rows.slice(at, at + rowsAtOnce));
  }
}
