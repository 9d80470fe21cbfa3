/** What a proof bundle is built from: streams of the log as they stood at an anchored size. */
import { and, asc, desc, eq, gte, inArray, lt, lte, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { cosignedNote } from "./cosignatures.ts";
import { anchorJobs } from "./schema/anchor-jobs.ts";
import { checkpoints } from "./schema/checkpoints.ts";
import type { Names } from "./schema/columns.ts";
import { entries } from "./schema/entries.ts";
import { equipment } from "./schema/equipment.ts";
import { lots } from "./schema/lots.ts";
import { organisations } from "./schema/organisations.ts";
import { packStatus } from "./schema/pack-status.ts";
import { seals } from "./schema/seals.ts";

/** A row of the log. */
export type LogRow = typeof entries.$inferSelect;

/** The newest tree that is on chain, with its signed checkpoint as witnesses cosigned it so far, and the transaction that anchored it. */
export interface AnchoredTree {
  readonly size: number;
  readonly note: string;
  readonly txHash: string | null;
  readonly anchoredAt: number | null;
}

/** The newest anchored tree, or null before the first anchor. */
export async function findAnchoredTree(tx: Tx): Promise<AnchoredTree | null> {
  const [found] = await tx
    .select({
      size: checkpoints.size,
      note: checkpoints.note,
      txHash: anchorJobs.txHash,
      anchoredAt: anchorJobs.anchoredAt,
    })
    .from(anchorJobs)
    .innerJoin(checkpoints, eq(checkpoints.size, anchorJobs.newSize))
    .where(inArray(anchorJobs.state, ["included", "final"]))
    .orderBy(desc(anchorJobs.newSize))
    .limit(1);
  return found === undefined ? null : { ...found, note: await cosignedNote(tx, found) };
}

/** The days' seals that lie below an anchored size, oldest first. */
export async function listSeals(tx: Tx, size: number): Promise<(typeof seals.$inferSelect)[]> {
  return await tx.select().from(seals).where(lte(seals.size, size)).orderBy(asc(seals.day));
}

/** The entries of a stream inside a tree of `size` leaves, in order. */
export async function listStream(tx: Tx, stream: Uint8Array, size: number): Promise<LogRow[]> {
  return await tx
    .select()
    .from(entries)
    .where(and(eq(entries.stream, stream), lt(entries.index, size)))
    .orderBy(asc(entries.seq));
}

/** The sequence of the first window of an equipment's stream that overlaps from … to; null when none does. */
export async function findFirstWindow(
  tx: Tx,
  stream: Uint8Array,
  span: { from: number; to: number; size: number },
): Promise<number | null> {
  const [found] = await tx
    .select({ seq: sql<number | null>`min(${entries.seq})`.mapWith(Number) })
    .from(entries)
    .where(
      and(
        eq(entries.stream, stream),
        lt(entries.index, span.size),
        inArray(entries.kind, ["segment", "late"]),
        lt(entries.fromMs, span.to),
        sql`${entries.toMs} > ${span.from}`,
      ),
    );
  return found?.seq === undefined || found.seq === null || Number.isNaN(found.seq) ? null : found.seq;
}

/** A stream's entries from one sequence number to another, both included. */
export async function listStretch(
  tx: Tx,
  stream: Uint8Array,
  range: { from: number; to: number; size: number },
): Promise<LogRow[]> {
  return await tx
    .select()
    .from(entries)
    .where(
      and(
        eq(entries.stream, stream),
        gte(entries.seq, range.from),
        lte(entries.seq, range.to),
        lt(entries.index, range.size),
      ),
    )
    .orderBy(asc(entries.seq));
}

/** Entries by their leaf hash (equipment rosters that windows name). */
export async function listByLeaf(tx: Tx, leaves: readonly Uint8Array[]): Promise<LogRow[]> {
  if (leaves.length === 0) return [];
  return await tx
    .select()
    .from(entries)
    .where(and(inArray(entries.leaf, [...leaves]), eq(entries.kind, "equipment")));
}

/** The entry at a place of the tree. */
export async function findEntryAt(tx: Tx, index: number): Promise<LogRow | null> {
  const [found] = await tx.select().from(entries).where(eq(entries.index, index));
  return found ?? null;
}

/**
 * The last entry of every stream inside a tree of `size` leaves, by stream; with `from`, of the streams that have one at
 * that index or above.
 */
export async function listHeadsAt(
  tx: Tx,
  size: number,
  from = 0,
): Promise<{ stream: Uint8Array; seq: number; leaf: Uint8Array }[]> {
  return await tx
    .selectDistinctOn([entries.stream], { stream: entries.stream, seq: entries.seq, leaf: entries.leaf })
    .from(entries)
    .where(and(gte(entries.index, from), lt(entries.index, size)))
    .orderBy(entries.stream, desc(entries.index));
}

/** Whose equipment a label belongs to. */
export async function findEquipmentByLabel(
  tx: Tx,
  label: string,
): Promise<{ tenantId: string; id: string } | null> {
  const [found] = await tx
    .select({ tenantId: equipment.tenantId, id: equipment.id })
    .from(equipment)
    .where(eq(equipment.label, label));
  return found ?? null;
}

/** What is recorded of a pack, sealed or not yet; null for a code that was never seen. */
export async function findPackStatus(tx: Tx, epc: string): Promise<typeof packStatus.$inferSelect | null> {
  const [found] = await tx.select().from(packStatus).where(eq(packStatus.epc, epc));
  return found ?? null;
}

/** Whether a lot is recalled as of now, sealed or not. */
export async function isLotRecalled(tx: Tx, gtin: string, lot: string): Promise<boolean> {
  const found = await tx
    .select({ recalledAt: lots.recalledAt })
    .from(lots)
    .where(and(eq(lots.gtin, gtin), eq(lots.lot, lot)));
  return found.some((row) => row.recalledAt !== null);
}

/** The names of all organisations by their label, from which their alias in the log is made. */
export async function listOrganisationNames(tx: Tx): Promise<{ label: string; names: Names }[]> {
  return await tx.select({ label: organisations.label, names: organisations.names }).from(organisations);
}
