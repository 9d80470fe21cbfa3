import {
  consistencyFromNodes,
  nodesNeededForConsistency,
  nodesNeededForRoot,
  rootFromNodes,
} from "#domain/log/tree-nodes.ts";
import type { Tx } from "#store/connect.ts";
import { readNodes } from "#store/tree-nodes.ts";

/** Our root at a size, from the stored subtrees. */
export async function rootAt(tx: Tx, size: number): Promise<Uint8Array> {
  return rootFromNodes(BigInt(size), await readNodes(tx, nodesNeededForRoot(BigInt(size))));
}

/** The proof that our tree of `newSize` extends the one of `oldSize`; empty from size 0, as the contract wants it. */
export async function consistencyBetween(tx: Tx, oldSize: number, newSize: number): Promise<Uint8Array[]> {
  if (oldSize === 0) return [];
  const [from, to] = [BigInt(oldSize), BigInt(newSize)];
  return consistencyFromNodes(from, to, await readNodes(tx, nodesNeededForConsistency(from, to)));
}
