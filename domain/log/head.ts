/** A stream's head and the hashes of the `heads` tree: what both forms of the tree, in memory and in pages, share. */
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { AppError } from "../errors.ts";
import { isHash } from "./bytes.ts";
import type { Sha256 } from "./merkle.ts";

/** A stream's last entry: 32-byte stream id, seq, and the entry's leaf hash; a tree keeps the arrays it is given. */
export interface Head {
  readonly stream: Uint8Array;
  readonly seq: number;
  readonly leaf: Uint8Array;
}

/** The hash of a subtree without a stream. */
export const emptyHash = new Uint8Array(32);

const twoTo32 = 2 ** 32;

/** What goes into a hash is put together here: an array of its own for each would take longer than the hash. */
const headInput = new Uint8Array(73);
const headView = new DataView(headInput.buffer);
const innerInput = new Uint8Array(65);

/** The hash of a subtree that holds one stream: SHA-256(0x10 ‖ stream ‖ seq, 8 bytes ‖ leaf). */
export function headHash({ stream, seq, leaf }: Head, sha256: Sha256 = nobleSha256): Uint8Array {
  headInput[0] = 0x10;
  headInput.set(stream, 1);
  headView.setUint32(33, Math.floor(seq / twoTo32));
  headView.setUint32(37, seq % twoTo32);
  headInput.set(leaf, 41);
  return sha256(headInput);
}

/** The hash of a subtree that holds more: SHA-256(0x11 ‖ left ‖ right). */
export function innerHash(left: Uint8Array, right: Uint8Array, sha256: Sha256 = nobleSha256): Uint8Array {
  innerInput[0] = 0x11;
  innerInput.set(left, 1);
  innerInput.set(right, 33);
  return sha256(innerInput);
}

/** The hash of a subtree of several streams as that of the subtree at a lesser depth: with an empty sibling at each level between. */
export function liftedHash(
  { hash, stream }: { readonly hash: Uint8Array; readonly stream: Uint8Array },
  [from, to]: readonly [from: number, to: number],
  sha256?: Sha256,
): Uint8Array {
  let up = hash;
  for (let at = from - 1; at >= to; at -= 1) {
    up = bitAt(stream, at) === 1 ? innerHash(emptyHash, up, sha256) : innerHash(up, emptyHash, sha256);
  }
  return up;
}

/** The depth of the first bit in which two streams differ, read from where they begin; 256 where they are the same. */
export function partingOf(first: Uint8Array, second: Uint8Array, firstAt = 0, secondAt = 0): number {
  for (let byte = 0; byte < emptyHash.length; byte += 1) {
    const differing = (first[firstAt + byte] as number) ^ (second[secondAt + byte] as number);
    if (differing !== 0) return byte * 8 + Math.clz32(differing) - 24;
  }
  return 8 * emptyHash.length;
}

/** Below 0 where the first of two streams comes first, above 0 where the second does; read from where they begin. */
export function compareStreams(first: Uint8Array, second: Uint8Array, firstAt = 0, secondAt = 0): number {
  const byte = partingOf(first, second, firstAt, secondAt) >> 3;
  return byte === emptyHash.length
    ? 0
    : (first[firstAt + byte] as number) - (second[secondAt + byte] as number);
}

/** The bit of a stream id that decides at a depth: 1 goes right; the highest bit of the first byte comes first. */
export function bitAt(stream: Uint8Array, depth: number): number {
  return ((stream[depth >> 3] as number) >> (7 - (depth & 7))) & 1;
}

/** The head itself. @throws AppError BAD_REQUEST on an ill-formed one */
export function checkedHead(head: Head): Head {
  refuseUnlessHash(head.stream, "a stream id");
  refuseUnlessHash(head.leaf, "a leaf hash");
  if (!Number.isSafeInteger(head.seq) || head.seq < 0)
    throw new AppError("BAD_REQUEST", "seq is a whole number from 0");
  return head;
}

/** @throws AppError BAD_REQUEST unless the value has 32 bytes */
export function refuseUnlessHash(value: unknown, what: string): void {
  if (!isHash(value)) throw new AppError("BAD_REQUEST", `${what} has 32 bytes`);
}
