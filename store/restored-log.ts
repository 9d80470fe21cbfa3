/** What only the restoring of a log from its second place writes and asks; for the worker role. */
import { sql } from "drizzle-orm";
import type { AnchorJob } from "./anchor-jobs.ts";
import type { Tx } from "./connect.ts";
import { anchorJobs } from "./schema/anchor-jobs.ts";

/** Where and when the chain anchored a size; epoch ms. */
export interface AnchoredPlace {
  readonly txHash: string;
  readonly blockNumber: number;
  readonly anchoredAt: number;
}

const tables = ["entries", "stream_heads", "log_tiles", "heads_tree", "checkpoints", "anchor_jobs", "seals"];

/** PostgreSQL takes 65,535 values with a statement. */
const rowsAtOnce = 1_000;

/** The tables of the log that have any rows: none where a log can be restored. */
export async function filledLogTables(tx: Tx): Promise<string[]> {
  // A worker that found nothing yet keeps a page of an empty tree.
  const isMeant = (name: string) => (name === "heads_tree" ? sql` where size > 0` : sql``);
  const isFilled = tables.map(
    (name) =>
      sql`select ${name}::text as name where exists (select from ${sql.identifier(name)}${isMeant(name)})`,
  );
  const { rows } = await tx.execute<{ name: string }>(sql.join(isFilled, sql` union all `));
  return rows.map(({ name }) => name);
}

/** Keeps anchors as the chain has them. */
export async function insertJobs(
  tx: Tx,
  jobs: readonly (Pick<AnchorJob, "newSize" | "oldSize" | "root" | "createdAt" | "state"> &
    Partial<AnchoredPlace>)[],
): Promise<void> {
  for (let at = 0; at < jobs.length; at += rowsAtOnce)
    await tx.insert(anchorJobs).values(jobs.slice(at, at + rowsAtOnce));
}

/**
 * Notes as sealed what the log holds windows of, by the equipment that the register knows, so that none is sealed as if it were
 * the first time. Gives how many windows that changed.
 */
export async function noteSealedWindows(tx: Tx): Promise<number> {
  const { rows } = await tx.execute<{ n: number }>(sql`
    with sealed as (
      select q.tenant_id, q.id, e.from_ms, max(e.to_ms) as to_ms, count(*)::integer as versions, max(e.appended_at) as at
      from entries e join equipment q on e.subject = 'urn:coldmark:equipment:' || q.label
      where e.kind in ('segment', 'late') group by q.tenant_id, q.id, e.from_ms
    ), noted as (
      insert into windows as w (tenant_id, equipment_id, from_ms, to_ms, versions, dirty, sealed_at)
      select tenant_id, id, from_ms, to_ms, versions, false, at from sealed
      on conflict (tenant_id, equipment_id, from_ms) do update
        set versions = excluded.versions, to_ms = excluded.to_ms, sealed_at = excluded.sealed_at
        where abs(w.versions) < excluded.versions or w.versions = -excluded.versions
      returning 1
    ) select count(*) as n from noted`);
  return rows[0]?.n ?? 0;
}

/** Takes away what waits to be appended and is in the log already, from an older state of the records. Gives how many. */
export async function dropAppended(tx: Tx): Promise<number> {
  const { rows } = await tx.execute<{ n: number }>(sql`
    with dropped as (
      delete from pending_entries p using entries e
      where p.entry_index is null and e.subject = p.subject and e.kind = p.kind and e.from_ms = p.from_ms
        and e.to_ms = p.to_ms and e.body = p.body
      returning p.id
    ) select count(distinct id) as n from dropped`);
  return rows[0]?.n ?? 0;
}
