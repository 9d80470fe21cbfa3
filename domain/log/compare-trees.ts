/** Whether two signed states of a log are one history, shown by hashes of subtrees that may come from anywhere. */
import { equalBytes } from "./bytes.ts";
import { verifyConsistency } from "./merkle.ts";
import {
  consistencyFromNodes,
  type NodePlace,
  nodesNeededForConsistency,
  nodesNeededForRoot,
  type ReadNode,
  rootFromNodes,
} from "./tree-nodes.ts";

/** A tree of the log. */
export interface LogTree {
  readonly size: bigint;
  readonly root: Uint8Array;
}

/** Hands in the hash of a complete subtree, from the log's public tiles; rejects where it can't be had. */
export type FetchNode = (place: NodePlace, size: bigint) => Promise<Uint8Array>;

/**
 * `extends`: the larger tree begins with all of the smaller one (RFC 9162 §2.1.4). `forked`: the larger tree's own hashes
 * give its beginning another root, so nobody can have held both. `unproved`: the hashes are not those of the larger tree,
 * or are not there.
 */
export async function compareTrees(
  a: LogTree,
  b: LogTree,
  fetchNode: FetchNode,
): Promise<"extends" | "forked" | "unproved"> {
  const [older, newer] = a.size <= b.size ? [a, b] : [b, a];
  if (older.size === newer.size) return equalBytes(older.root, newer.root) ? "extends" : "forked";
  if (older.size === 0n) return "extends";
  try {
    const read = await readerOf(older.size, newer.size, fetchNode);
    const claim = {
      ...{ size1: older.size, size2: newer.size, root2: newer.root },
      proof: consistencyFromNodes(older.size, newer.size, read),
    };
    if (verifyConsistency({ ...claim, root1: older.root })) return "extends";
    const beginning = rootFromNodes(older.size, read);
    return verifyConsistency({ ...claim, root1: beginning }) ? "forked" : "unproved";
  } catch {
    return "unproved";
  }
}

async function readerOf(older: bigint, newer: bigint, fetchNode: FetchNode): Promise<ReadNode> {
  const keyOf = (level: number, index: bigint) => `${level}/${index}`;
  const places = [...nodesNeededForConsistency(older, newer), ...nodesNeededForRoot(older)];
  const found = await Promise.all(
    places.map(async (place) => [keyOf(place.level, place.index), await fetchNode(place, newer)] as const),
  );
  const hashes = new Map(found);
  return (level, index) => hashes.get(keyOf(level, index)) as Uint8Array;
}
