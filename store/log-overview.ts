/** The log as it stands, for people: for the worker role. */
import { desc, eq, inArray, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { anchorJobs } from "./schema/anchor-jobs.ts";
import { checkpoints } from "./schema/checkpoints.ts";
import { entries } from "./schema/entries.ts";
import { seals } from "./schema/seals.ts";

const onChain = ["included", "final"];

/** How many entries the log has. */
export async function countEntries(tx: Tx): Promise<number> {
  const [last] = await tx
    .select({ index: entries.index })
    .from(entries)
    .orderBy(desc(entries.index))
    .limit(1);
  return last === undefined ? 0 : last.index + 1;
}

/** When the entry at a place of the log was appended, epoch ms; null where there is none. */
export async function appendedAt(tx: Tx, index: number): Promise<number | null> {
  const [found] = await tx.select({ at: entries.appendedAt }).from(entries).where(eq(entries.index, index));
  return found?.at ?? null;
}

/** The newest tree on chain: size, root, and when that was (epoch ms); null before the first. */
export async function newestAnchor(
  tx: Tx,
): Promise<{ size: number; root: Uint8Array; at: number | null } | null> {
  const [found] = await tx
    .select({ size: anchorJobs.newSize, root: anchorJobs.root, at: anchorJobs.anchoredAt })
    .from(anchorJobs)
    .where(inArray(anchorJobs.state, onChain))
    .orderBy(desc(anchorJobs.newSize))
    .limit(1);
  return found ?? null;
}

/** The newest checkpoints, newest first, with the anchor of each that is on chain. */
export async function newestCheckpoints(tx: Tx, limit: number) {
  const isOnChain = sql`${anchorJobs.newSize} = ${checkpoints.size} and ${inArray(anchorJobs.state, onChain)}`;
  return await tx
    .select({
      size: checkpoints.size,
      root: checkpoints.root,
      at: checkpoints.createdAt,
      anchoredAt: anchorJobs.anchoredAt,
      tx: anchorJobs.txHash,
    })
    .from(checkpoints)
    .leftJoin(anchorJobs, isOnChain)
    .orderBy(desc(checkpoints.size))
    .limit(limit);
}

/** The newest days' seals, newest first. */
export async function newestSeals(tx: Tx, limit: number): Promise<(typeof seals.$inferSelect)[]> {
  return await tx.select().from(seals).orderBy(desc(seals.day)).limit(limit);
}
