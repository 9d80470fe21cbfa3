/**
 * The log's Merkle tree over stored hashes of complete subtrees, so that an append or a proof reads O(log n) rows.
 * Node (level, index) covers the leaves [index·2^level, (index+1)·2^level); level 0 holds the leaf hashes.
 * Callers first fetch what the `nodesNeeded…` functions name, then hand in `read` over what they fetched.
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { AppError } from "../errors.ts";
import { nodeHash, type Sha256 } from "./merkle.ts";

/** The place of a complete subtree. */
export interface NodePlace {
  readonly level: number;
  readonly index: bigint;
}

/** A complete subtree with its hash, as stored. */
export interface TreeNode extends NodePlace {
  readonly hash: Uint8Array;
}

/** Gives the hash of a complete subtree that was fetched before. */
export type ReadNode = (level: number, index: bigint) => Uint8Array;

/** Leaves [from, to) that form one subtree of the RFC's tree. */
type Range = readonly [from: bigint, to: bigint];

/**
 * The nodes that become complete when leaf number `size` is appended to a tree of `size` leaves, the leaf itself
 * first. Reads only left siblings, all of them among `nodesNeededForRoot(size)` or completed by earlier appends.
 */
export function completedNodes(
  size: bigint,
  leafHash: Uint8Array,
  read: ReadNode,
  sha256?: Sha256,
): TreeNode[] {
  const nodes: TreeNode[] = [{ level: 0, index: size, hash: leafHash }];
  let [level, index, hash] = [0, size, leafHash];
  while ((index & 1n) === 1n) {
    hash = nodeHash(read(level, index - 1n), hash, sha256);
    level += 1;
    index >>= 1n;
    nodes.push({ level, index, hash });
  }
  return nodes;
}

/** The nodes to fetch for the root of the tree of `size` leaves, and to append to it. */
export function nodesNeededForRoot(size: bigint): NodePlace[] {
  return rangeNodes([0n, size]);
}

/** The root of the tree of `size` leaves (RFC 9162 §2.1.1). */
export function rootFromNodes(size: bigint, read: ReadNode): Uint8Array {
  return size === 0n ? sha256(new Uint8Array()) : rangeRoot([0n, size], read);
}

/** The nodes to fetch for the inclusion proof of leaf `index`. @throws AppError BAD_REQUEST unless index < size */
export function nodesNeededForInclusion(index: bigint, size: bigint): NodePlace[] {
  return inclusionRanges(index, size).flatMap(rangeNodes);
}

/** The inclusion proof of leaf `index` (RFC 9162 §2.1.3.1). @throws AppError BAD_REQUEST unless index < size */
export function inclusionFromNodes(index: bigint, size: bigint, read: ReadNode): Uint8Array[] {
  return inclusionRanges(index, size).map((range) => rangeRoot(range, read));
}

/** The nodes to fetch for a consistency proof. @throws AppError BAD_REQUEST unless 0 < size1 ≤ size2 */
export function nodesNeededForConsistency(size1: bigint, size2: bigint): NodePlace[] {
  return consistencyRanges(size1, size2).flatMap(rangeNodes);
}

/** The consistency proof from size1 to size2 (RFC 9162 §2.1.4.1). @throws AppError BAD_REQUEST unless 0 < size1 ≤ size2 */
export function consistencyFromNodes(size1: bigint, size2: bigint, read: ReadNode): Uint8Array[] {
  return consistencyRanges(size1, size2).map((range) => rangeRoot(range, read));
}

/** The subtrees beside the path to a leaf, from leaf to root. */
function inclusionRanges(index: bigint, size: bigint): Range[] {
  if (index < 0n || index >= size) throw outside(`leaf ${index} of ${size}`);
  const beside: Range[] = [];
  let [from, to] = [0n, size];
  while (to - from > 1n) {
    const middle = from + splitOf(to - from);
    const isLeft = index < middle;
    beside.push(isLeft ? [middle, to] : [from, middle]);
    [from, to] = isLeft ? [from, middle] : [middle, to];
  }
  return beside.reverse();
}

/** The subtrees of a consistency proof: down along the old tree's right edge until a subtree is wholly old. */
function consistencyRanges(size1: bigint, size2: bigint): Range[] {
  if (size1 < 1n || size1 > size2) throw outside(`size ${size1} of ${size2}`);
  const beside: Range[] = [];
  let [from, to] = [0n, size2];
  while (size1 < to) {
    const middle = from + splitOf(to - from);
    const isLeft = size1 <= middle;
    beside.push(isLeft ? [middle, to] : [from, middle]);
    [from, to] = isLeft ? [from, middle] : [middle, to];
  }
  if (from > 0n) beside.push([from, to]);
  return beside.reverse();
}

/** The complete subtrees that make up a range, left to right: one for each bit of its length. */
function rangeNodes([from, to]: Range): NodePlace[] {
  const places: NodePlace[] = [];
  for (let at = from; at < to; ) {
    const level = levelOf(to - at);
    places.push({ level, index: at >> BigInt(level) });
    at += 1n << BigInt(level);
  }
  return places;
}

function rangeRoot(range: Range, read: ReadNode): Uint8Array {
  return rangeNodes(range)
    .map(({ level, index }) => read(level, index))
    .reduceRight((right, left) => nodeHash(left, right));
}

/** The largest level whose subtree has at most `count` leaves. */
function levelOf(count: bigint): number {
  return count.toString(2).length - 1;
}

/** The largest power of two smaller than `count`. */
function splitOf(count: bigint): bigint {
  return 1n << BigInt(levelOf(count - 1n));
}

function outside(what: string): AppError {
  return new AppError("BAD_REQUEST", `outside the tree: ${what}`);
}
