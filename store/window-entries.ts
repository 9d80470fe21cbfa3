import { and, asc, eq, gt, inArray, lte, min, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import type { LogEntry } from "./entries.ts";
import { entries } from "./schema/entries.ts";

const isWindow = inArray(entries.kind, ["segment", "late"]);

/** The end of the first window in an equipment's stream that ends after a time; null where none does. */
export async function nextWindowEnd(tx: Tx, stream: Uint8Array, after: number): Promise<number | null> {
  const rows = await tx
    .select({ toMs: entries.toMs })
    .from(entries)
    .where(and(eq(entries.stream, stream), isWindow, gt(entries.toMs, after)))
    .orderBy(asc(entries.toMs))
    .limit(1);
  return rows[0]?.toMs ?? null;
}

/** Every version of an equipment's windows with `after` < end ≤ `upTo`: by window, in log order. */
export async function readWindowEntries(
  tx: Tx,
  stream: Uint8Array,
  { after, upTo }: { after: number; upTo: number },
): Promise<LogEntry[]> {
  return tx
    .select()
    .from(entries)
    .where(and(eq(entries.stream, stream), isWindow, gt(entries.toMs, after), lte(entries.toMs, upTo)))
    .orderBy(asc(entries.fromMs), asc(entries.index));
}

/** The rosters (`equipment` entries) of a stream, and where its tiling begins: the start of its first `segment`, null without one. */
export async function readStreamRules(
  tx: Tx,
  stream: Uint8Array,
): Promise<{ rosters: LogEntry[]; tiledFrom: number | null }> {
  const own = eq(entries.stream, stream);
  const rosters = await tx
    .select()
    .from(entries)
    .where(and(own, eq(entries.kind, "equipment")));
  const [first] = await tx
    .select({ fromMs: sql<number | null>`${min(entries.fromMs)}` })
    .from(entries)
    .where(and(own, eq(entries.kind, "segment")));
  return { rosters, tiledFrom: first?.fromMs == null ? null : Number(first.fromMs) };
}
