import { and, asc, gt, lte, max } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { inbox } from "./schema/inbox.ts";

/** SHA-256 of messages after an inbox id up to another (included), in inbox order, a page at a time. */
export async function readInboxHashes(
  tx: Tx,
  range: { after: number; upTo: number; limit: number },
): Promise<{ id: number; sha256: Uint8Array }[]> {
  return tx
    .select({ id: inbox.id, sha256: inbox.sha256 })
    .from(inbox)
    .where(and(gt(inbox.id, range.after), lte(inbox.id, range.upTo)))
    .orderBy(asc(inbox.id))
    .limit(range.limit);
}

/** The id of the newest durable message, 0 where there is none. */
export async function newestInboxId(tx: Tx): Promise<number> {
  const rows = await tx.select({ id: max(inbox.id) }).from(inbox);
  return rows[0]?.id ?? 0;
}
