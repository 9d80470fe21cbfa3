/** Whether two signed states of a log are one history, shown by tiles that may come from anywhere. */
import { equalBytes } from "./bytes.ts";
import { verifyConsistency } from "./merkle.ts";
import type { ReadTiles } from "./tile.ts";
import { nodesFromTiles } from "./tile-proofs.ts";
import {
  consistencyFromNodes,
  nodesNeededForConsistency,
  nodesNeededForRoot,
  rootFromNodes,
} from "./tree-nodes.ts";

/** A tree of the log. */
export interface LogTree {
  readonly size: bigint;
  readonly root: Uint8Array;
}

/**
 * `extends`: the larger tree begins with all of the smaller one (RFC 9162 §2.1.4). `forked`: the larger tree's own hashes
 * give its beginning another root, so nobody can have held both. `unproved`: the hashes are not those of the larger tree,
 * or are not there.
 */
export async function compareTrees(
  a: LogTree,
  b: LogTree,
  readTiles: ReadTiles,
): Promise<"extends" | "forked" | "unproved"> {
  const [older, newer] = a.size <= b.size ? [a, b] : [b, a];
  if (older.size === newer.size) return equalBytes(older.root, newer.root) ? "extends" : "forked";
  if (older.size === 0n) return "extends";
  try {
    const places = [...nodesNeededForConsistency(older.size, newer.size), ...nodesNeededForRoot(older.size)];
    const read = await nodesFromTiles(newer.size, places, readTiles);
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
