/**
 * The log's Merkle tree (RFC 9162 §2.1, SHA-256). `leaves` are always LEAF HASHES, 32 bytes each, in log order;
 * hash an entry with `leafHash` first. Sizes and indexes are bigint; a safe integer number is taken too.
 */
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { AppError } from "../errors.ts";
import { equalBytes, isHash } from "./bytes.ts";

/**
 * SHA-256 in one go; Node has a faster one than the browser, and may hand it in where very much is hashed. It must not keep
 * the bytes that it is given: they change afterwards.
 */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** A tree size or leaf index: 0 ≤ n < 2^64. */
type TreeNumber = bigint | number;

/** The claim that `leafHash` is leaf `index` of the tree of `size` leaves with `root`; proof from leaf to root. */
export interface InclusionClaim {
  readonly index: TreeNumber;
  readonly size: TreeNumber;
  readonly leafHash: Uint8Array;
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

/** The claim that the tree of `size2` leaves begins with all leaves of the tree of `size1`. */
export interface ConsistencyClaim {
  readonly size1: TreeNumber;
  readonly size2: TreeNumber;
  readonly root1: Uint8Array;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

const sizeLimit = 2n ** 64n;

/** What a node of two hashes is made of: V8 keeps 65 bytes outside of its heap, and a new room costs more than the hash. */
const hashesInput = new Uint8Array(65);

/** What the bytes of a leaf are hashed behind (RFC 9162 §2.1.1). */
export const leafPrefix: Uint8Array = Uint8Array.of(0);

/** The hash of a leaf: SHA-256(0x00 ‖ bytes) (RFC 9162 §2.1.1). */
export function leafHash(bytes: Uint8Array, sha256: Sha256 = nobleSha256): Uint8Array {
  const input = new Uint8Array(1 + bytes.length);
  input.set(bytes, 1);
  return sha256(input);
}

/** The hash of two subtrees: SHA-256(0x01 ‖ left ‖ right) (RFC 9162 §2.1.1). */
export function nodeHash(left: Uint8Array, right: Uint8Array, sha256: Sha256 = nobleSha256): Uint8Array {
  const length = 1 + left.length + right.length;
  const input = length === hashesInput.length ? hashesInput : new Uint8Array(length);
  input[0] = 1;
  input.set(left, 1);
  input.set(right, 1 + left.length);
  return sha256(input);
}

/** The root over leaf hashes; SHA-256 of nothing for the empty tree (RFC 9162 §2.1.1). @throws AppError BAD_REQUEST */
export function treeRoot(leaves: readonly Uint8Array[], sha256: Sha256 = nobleSha256): Uint8Array {
  refuseNonHashes(leaves);
  let level = leaves;
  while (level.length > 1) level = nextLevel(level, sha256);
  return level[0] ?? sha256(new Uint8Array());
}

/**
 * The inclusion proof of leaf `index`, sibling hashes from leaf to root (RFC 9162 §2.1.3.1).
 * @throws AppError BAD_REQUEST when the index is outside the tree
 */
export function inclusionProof(leaves: readonly Uint8Array[], index: TreeNumber): Uint8Array[] {
  refuseNonHashes(leaves);
  let at = inRange(index, 0, leaves.length - 1);
  const proof: Uint8Array[] = [];
  for (let level = leaves; level.length > 1; level = nextLevel(level)) {
    const sibling = level[at ^ 1];
    if (sibling !== undefined) proof.push(sibling);
    at >>>= 1;
  }
  return proof;
}

/**
 * The proof that the tree over all `leaves` extends the one over the first `size1` (RFC 9162 §2.1.4.1); empty
 * when the sizes are equal.
 * @throws AppError BAD_REQUEST when size1 is 0 or larger than the tree
 */
export function consistencyProof(leaves: readonly Uint8Array[], size1: TreeNumber): Uint8Array[] {
  refuseNonHashes(leaves);
  return subProof(leaves, inRange(size1, 1, leaves.length), true);
}

/** Whether an inclusion claim holds (RFC 9162 §2.1.3.2). Never throws: whatever is ill-formed is false. */
export function verifyInclusion(claim: InclusionClaim, sha256?: Sha256): boolean {
  try {
    return checkInclusion(claim, sha256);
  } catch {
    return false;
  }
}

/**
 * Whether a consistency claim holds (RFC 9162 §2.1.4.2). Never throws: whatever is ill-formed is false, and so is
 * size1 = 0, because every tree extends the empty one and nothing would be proved.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  try {
    return checkConsistency(claim);
  } catch {
    return false;
  }
}

function checkInclusion(claim: InclusionClaim, sha256?: Sha256): boolean {
  const { index, size, leafHash, proof, root } = claim;
  const [at, count] = [asBigint(index), asBigint(size)];
  if (at === null || count === null || at >= count || ![leafHash, root, ...proof].every(isHash)) return false;
  let [fn, sn, hash] = [at, count - 1n, leafHash];
  for (const sibling of proof) {
    if (sn === 0n) return false;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(sibling, hash, sha256);
      [fn, sn] = skipMissingSiblings(fn, sn);
    } else {
      hash = nodeHash(hash, sibling, sha256);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && equalBytes(hash, root);
}

function checkConsistency({ size1, size2, root1, root2, proof }: ConsistencyClaim): boolean {
  const [first, second] = [asBigint(size1), asBigint(size2)];
  if (first === null || second === null || first === 0n || first > second) return false;
  if (![root1, root2, ...proof].every(isHash)) return false;
  if (first === second) return proof.length === 0 && equalBytes(root1, root2);
  if (proof.length === 0) return false;
  const [start, ...rest] = isPowerOfTwo(first) ? [root1, ...proof] : proof;
  let [fn, sn, hash1, hash2] = [first - 1n, second - 1n, start as Uint8Array, start as Uint8Array];
  while (isOdd(fn)) [fn, sn] = [fn >> 1n, sn >> 1n];
  for (const sibling of rest) {
    if (sn === 0n) return false;
    if (isOdd(fn) || fn === sn) {
      [hash1, hash2] = [nodeHash(sibling, hash1), nodeHash(sibling, hash2)];
      [fn, sn] = skipMissingSiblings(fn, sn);
    } else {
      hash2 = nodeHash(hash2, sibling);
    }
    [fn, sn] = [fn >> 1n, sn >> 1n];
  }
  return sn === 0n && equalBytes(hash1, root1) && equalBytes(hash2, root2);
}

/** On the right edge a node without a right sibling rises unhashed until it is one itself. */
function skipMissingSiblings(fn: bigint, sn: bigint): [bigint, bigint] {
  while (!isOdd(fn) && fn !== 0n) [fn, sn] = [fn >> 1n, sn >> 1n];
  return [fn, sn];
}

/** SUBPROOF of RFC 9162 §2.1.4.1; `whole`: the first `size1` leaves are the old tree, so its root is known. */
function subProof(leaves: readonly Uint8Array[], size1: number, whole: boolean): Uint8Array[] {
  if (size1 === leaves.length) return whole ? [] : [treeRoot(leaves)];
  const split = 2 ** (31 - Math.clz32(leaves.length - 1));
  const [left, right] = [leaves.slice(0, split), leaves.slice(split)];
  return size1 <= split
    ? [...subProof(left, size1, whole), treeRoot(right)]
    : [...subProof(right, size1 - split, false), treeRoot(left)];
}

/** Pairs hashed from the left; an odd last node rises as it is, which gives the RFC's split at a power of two. */
function nextLevel(level: readonly Uint8Array[], sha256?: Sha256): Uint8Array[] {
  return Array.from({ length: Math.ceil(level.length / 2) }, (_, at) => {
    const left = level[2 * at] as Uint8Array;
    const right = level[2 * at + 1];
    return right === undefined ? left : nodeHash(left, right, sha256);
  });
}

function refuseNonHashes(leaves: readonly Uint8Array[]): void {
  if (!leaves.every(isHash)) throw new AppError("BAD_REQUEST", "leaves are leaf hashes of 32 bytes each");
}

function inRange(value: TreeNumber, from: number, to: number): number {
  const number = asBigint(value);
  if (number === null || number < BigInt(from) || number > BigInt(to)) {
    throw new AppError("BAD_REQUEST", `outside the tree: ${value} is not in ${from}…${to}`);
  }
  return Number(number);
}

function asBigint(value: TreeNumber): bigint | null {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : null;
  return typeof value === "bigint" && value >= 0n && value < sizeLimit ? value : null;
}

function isOdd(value: bigint): boolean {
  return (value & 1n) === 1n;
}

function isPowerOfTwo(value: bigint): boolean {
  return (value & (value - 1n)) === 0n;
}
