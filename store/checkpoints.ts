import { and, asc, desc, gt, lte } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { checkpoints } from "./schema/checkpoints.ts";

/** A signed state of the log; `inboxTo` is the last message its `heads` entry covers. */
export type StoredCheckpoint = typeof checkpoints.$inferSelect;

/** Keeps a checkpoint. */
export async function insertCheckpoint(tx: Tx, checkpoint: StoredCheckpoint): Promise<void> {
  await tx.insert(checkpoints).values(checkpoint);
}

/** The newest checkpoint, or null. */
export async function newestCheckpoint(tx: Tx): Promise<StoredCheckpoint | null> {
  const rows = await tx.select().from(checkpoints).orderBy(desc(checkpoints.size)).limit(1);
  return rows[0] ?? null;
}

/** The smallest checkpoint above a size, or null. */
export async function oldestCheckpointAbove(tx: Tx, size: number): Promise<StoredCheckpoint | null> {
  const above = tx.select().from(checkpoints).where(gt(checkpoints.size, size));
  return (await above.orderBy(asc(checkpoints.size)).limit(1))[0] ?? null;
}

/** The checkpoints above one size up to another, smallest first. */
export async function checkpointsBetween(tx: Tx, above: number, upTo: number): Promise<StoredCheckpoint[]> {
  return tx
    .select()
    .from(checkpoints)
    .where(and(gt(checkpoints.size, above), lte(checkpoints.size, upTo)))
    .orderBy(asc(checkpoints.size));
}

/** Every checkpoint, smallest first. */
export async function allCheckpoints(tx: Tx): Promise<StoredCheckpoint[]> {
  return tx.select().from(checkpoints).orderBy(asc(checkpoints.size));
}
