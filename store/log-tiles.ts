import { and, asc, eq, gte, lt } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { entries } from "./schema/entries.ts";
import { treeNodes } from "./schema/tree-nodes.ts";

/** The hashes of `count` complete subtrees of one level, from index `first` on; fewer where the tree ends. */
export async function listSubtrees(
  tx: Tx,
  { level, first, count }: { level: number; first: number; count: number },
): Promise<Uint8Array[]> {
  const rows = await tx
    .select({ hash: treeNodes.hash })
    .from(treeNodes)
    .where(and(eq(treeNodes.level, level), gte(treeNodes.index, first), lt(treeNodes.index, first + count)))
    .orderBy(asc(treeNodes.index));
  return rows.map(({ hash }) => hash);
}

/** What the log holds of `count` entries from index `first` on, without their openings. */
export async function listSealedEntries(tx: Tx, first: number, count: number) {
  const { stream, seq, prev, commit, index } = entries;
  return tx
    .select({ stream, seq, prev, commit })
    .from(entries)
    .where(and(gte(index, first), lt(index, first + count)))
    .orderBy(asc(index));
}
