/** The rosters of equipment (entries of kind `equipment`) as the log holds them. */
import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { entries } from "./schema/entries.ts";
import { pendingEntries } from "./schema/pending-entries.ts";

/** A roster's place in its stream, and from when it says to be in force (epoch ms). */
export interface LoggedRoster {
  readonly stream: Uint8Array;
  readonly leaf: Uint8Array;
  readonly seq: number;
  readonly at: number;
}

/** Every roster of these streams (32-byte ids), in each stream's order. */
export async function readRosters(tx: Tx, streams: readonly Uint8Array[]): Promise<LoggedRoster[]> {
  if (streams.length === 0) return [];
  return tx
    .select({ stream: entries.stream, leaf: entries.leaf, seq: entries.seq, at: entries.toMs })
    .from(entries)
    .where(and(eq(entries.kind, "equipment"), sql`${entries.stream} = any(${sql.param(streams)}::bytea[])`))
    .orderBy(asc(entries.stream), asc(entries.seq));
}

/** Of these subjects those with a roster that waits to be appended. */
export async function subjectsWithWaitingRoster(tx: Tx, subjects: readonly string[]): Promise<Set<string>> {
  const p = pendingEntries;
  const rows = await tx
    .selectDistinct({ subject: p.subject })
    .from(p)
    .where(
      and(
        isNull(p.entryIndex),
        eq(p.kind, "equipment"),
        sql`${p.subject} = any(${sql.param(subjects)}::text[])`,
      ),
    );
  return new Set(rows.map(({ subject }) => subject));
}
