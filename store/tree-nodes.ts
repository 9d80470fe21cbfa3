import { sql } from "drizzle-orm";
import type { NodePlace, ReadNode, TreeNode } from "#domain/log/tree-nodes.ts";
import type { Tx } from "./connect.ts";

/** Keeps complete subtrees; each place is written once, for the log only grows. */
export async function insertNodes(tx: Tx, nodes: readonly TreeNode[]): Promise<void> {
  const column = (pick: (node: TreeNode) => unknown) => sql.param(nodes.map(pick));
  await tx.execute(sql`
    insert into tree_nodes (level, index, hash)
    select * from unnest(${column((n) => n.level)}::integer[], ${column((n) => Number(n.index))}::bigint[],
      ${column((n) => n.hash)}::bytea[])`);
}

/** The hashes at these places, as the functions over tree nodes take them; reading any other place throws. */
export async function readNodes(tx: Tx, places: readonly NodePlace[]): Promise<ReadNode> {
  const found = await tx.execute<{ level: number; index: number; hash: Uint8Array }>(sql`
    select level, index, hash from tree_nodes where (level, index) in (
      select * from unnest(${sql.param(places.map((p) => p.level))}::integer[],
        ${sql.param(places.map((p) => Number(p.index)))}::bigint[]))`);
  const hashes = new Map(
    found.rows.map(({ level, index, hash }) => [`${level}/${index}`, new Uint8Array(hash)]),
  );
  return (level, index) => {
    const hash = hashes.get(`${level}/${index}`);
    if (hash === undefined) throw new Error(`the log has no node ${level}/${index}`);
    return hash;
  };
}
