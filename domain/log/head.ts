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

const headLength = 73;
const innerLength = 65;

/** The hash of a subtree that holds one stream: SHA-256(0x10 ‖ stream ‖ seq, 8 bytes ‖ leaf). */
export function headHash({ stream, seq, leaf }: Head, sha256: Sha256 = nobleSha256): Uint8Array {
  const input = new Uint8Array(headLength);
  input[0] = 0x10;
  input.set(stream, 1);
  new DataView(input.buffer).setBigUint64(33, BigInt(seq));
  input.set(leaf, 41);
  return sha256(input);
}

/** The hash of a subtree that holds more: SHA-256(0x11 ‖ left ‖ right). */
export function innerHash(left: Uint8Array, right: Uint8Array, sha256: Sha256 = nobleSha256): Uint8Array {
  const input = new Uint8Array(innerLength);
  input[0] = 0x11;
  input.set(left, 1);
  input.set(right, 33);
  return sha256(input);
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
