import { and, desc, eq, gte, inArray, lt, or } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { anchorJobs } from "./schema/anchor-jobs.ts";

/**
 * A step of the chain's head to `newSize`. planned → signed (transaction stored) → sent → included (latest head) →
 * final (finalized head); superseded when the chain went past it without this size being provable.
 */
export type AnchorState = "planned" | "signed" | "sent" | "included" | "final" | "superseded";

/** One anchor job; `blockNumber` is the newest block when sent, the block of inclusion afterwards. */
export type AnchorJob = Omit<typeof anchorJobs.$inferSelect, "state"> & { state: AnchorState };

/** Plans to bring the chain's head to a size. */
export async function insertPlannedJob(
  tx: Tx,
  job: { newSize: number; oldSize: number; root: Uint8Array; createdAt: number },
): Promise<void> {
  await tx.insert(anchorJobs).values({ ...job, state: "planned" });
}

/** Jobs that are not decided, and those that should be on chain above `size`, smallest first. */
export async function openJobs(tx: Tx, size: number): Promise<AnchorJob[]> {
  const undecided = inArray(anchorJobs.state, ["planned", "signed", "sent", "included"]);
  const missing = and(gte(anchorJobs.newSize, size), eq(anchorJobs.state, "final"));
  const rows = await tx.select().from(anchorJobs).where(or(undecided, missing)).orderBy(anchorJobs.newSize);
  return rows as AnchorJob[];
}

/** The newest job, or null. */
export async function newestJob(tx: Tx): Promise<AnchorJob | null> {
  const rows = await tx.select().from(anchorJobs).orderBy(desc(anchorJobs.newSize)).limit(1);
  return (rows[0] as AnchorJob | undefined) ?? null;
}

/** Jobs anchored from … to (excluded), epoch ms, newest first: whose head a day may have ended with. */
export async function jobsAnchoredBetween(tx: Tx, from: number, to: number): Promise<AnchorJob[]> {
  const rows = await tx
    .select()
    .from(anchorJobs)
    .where(and(gte(anchorJobs.anchoredAt, from), lt(anchorJobs.anchoredAt, to)))
    .orderBy(desc(anchorJobs.newSize));
  return rows as AnchorJob[];
}

/** The newest jobs that the chain's finalized head covered, newest first. */
export async function newestFinalJobs(tx: Tx, limit: number): Promise<AnchorJob[]> {
  const rows = await tx
    .select()
    .from(anchorJobs)
    .where(eq(anchorJobs.state, "final"))
    .orderBy(desc(anchorJobs.newSize))
    .limit(limit);
  return rows as AnchorJob[];
}

/** Notes what became of a job. */
export async function updateJob(
  tx: Tx,
  newSize: number,
  change: Partial<Omit<AnchorJob, "newSize">>,
): Promise<void> {
  await tx.update(anchorJobs).set(change).where(eq(anchorJobs.newSize, newSize));
}

/** Plans every job anew: the chain that held them began anew, or another contract holds our log. */
export async function replanJobs(tx: Tx): Promise<void> {
  const nothingSent = {
    nonce: null,
    rawTx: null,
    txHash: null,
    sentAt: null,
    blockNumber: null,
    anchoredAt: null,
  };
  await tx.update(anchorJobs).set({ state: "planned", ...nothingSent });
}
