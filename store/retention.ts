/** What has to be known of a day of the inbox before it may leave the database: for the worker role. */
import { and, asc, desc, eq, gte, lt, lte, max, or, sql } from "drizzle-orm";
import { fromHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import type { StoredCheckpoint } from "./checkpoints.ts";
import type { Tx } from "./connect.ts";
import { anchorJobs } from "./schema/anchor-jobs.ts";
import { checkpoints } from "./schema/checkpoints.ts";
import { entries } from "./schema/entries.ts";
import { windows } from "./schema/windows.ts";
import { readSealedEquipment } from "./windows.ts";

/** Where the log tells of exports: the one stream of keys and settings (design §5). */
export const exportSubject = "urn:coldmark:keys";
/** The kind of those entries. */
export const exportKind = "inbox-export";

/** The number of entries that the chain's finalized head covers, as far as we saw; 0 before the first. */
export async function finalSize(tx: Tx): Promise<number> {
  const rows = await tx
    .select({ size: max(anchorJobs.newSize) })
    .from(anchorJobs)
    .where(eq(anchorJobs.state, "final"));
  return rows[0]?.size ?? 0;
}

/** The checkpoints whose `heads` entries cover any of the messages `first` … `last`, oldest first. */
export async function checkpointsCovering(tx: Tx, first: number, last: number): Promise<StoredCheckpoint[]> {
  const [end] = await tx
    .select()
    .from(checkpoints)
    .where(gte(checkpoints.inboxTo, last))
    .orderBy(asc(checkpoints.size))
    .limit(1);
  const before = await tx
    .select()
    .from(checkpoints)
    .where(and(gte(checkpoints.inboxTo, first), lt(checkpoints.inboxTo, last)))
    .orderBy(asc(checkpoints.size));
  return end === undefined ? before : [...before, end];
}

/** The content of the entry at a place of the log; null where there is none, or it was erased. */
export async function bodyAt(tx: Tx, index: number): Promise<string | null> {
  const rows = await tx.select({ body: entries.body }).from(entries).where(eq(entries.index, index));
  return rows[0]?.body ?? null;
}

/** Where the log tells of the export of a part as the file with this SHA-256 (hex); null before it does. */
export async function exportEntryIndex(tx: Tx, part: number, sha256: string): Promise<number | null> {
  const body = sql`${entries.body}::jsonb`;
  const rows = await tx
    .select({ index: entries.index })
    .from(entries)
    .where(
      and(
        eq(entries.stream, fromHex(streamOf(exportSubject))),
        eq(entries.kind, exportKind),
        sql`${body} ->> 'part' = ${String(part)} and ${body} ->> 'sha256' = ${sha256}`,
      ),
    )
    .orderBy(desc(entries.index))
    .limit(1);
  return rows[0]?.index ?? null;
}

/** Whether a window that begins up to a time (epoch ms) is being sealed or must be sealed again. */
export async function isSealingUpTo(tx: Tx, time: number): Promise<boolean> {
  const rows = await tx
    .select({ fromMs: windows.fromMs })
    .from(windows)
    .where(and(lte(windows.fromMs, time), or(eq(windows.dirty, true), lt(windows.versions, 0))))
    .limit(1);
  return rows.length > 0;
}

/** Whether an equipment has a tiled window up to a time (epoch ms) that was never sealed. */
export async function isUnsealedUpTo(tx: Tx, time: number, backdatingMs: number): Promise<boolean> {
  const all = await readSealedEquipment(tx, backdatingMs);
  return all.some(({ sealedTo, tiledFrom }) => (sealedTo ?? tiledFrom) <= time);
}
