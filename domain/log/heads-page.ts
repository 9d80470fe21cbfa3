/**
 * A page of the stored `heads` tree: four levels of it, below a place named by the hex digits that its stream ids share.
 * Of its 16 slots, one for each next digit, an empty one holds no stream, one with a single stream holds that head, and one
 * with more stands for the page below it. So a tree has one set of pages, in whatever order its heads came.
 */
import { AppError } from "../errors.ts";
import { emptyHash, type Head, headHash, innerHash } from "./head.ts";
import type { Sha256 } from "./merkle.ts";

/** A subtree that holds streams: its hash, how many they are, and the head itself where it is a single one. */
export interface Subtree {
  readonly hash: Uint8Array;
  readonly streams: number;
  readonly head: Head | null;
}

/** The slots of a page in the order of their digits; null holds no stream. */
export type HeadsPage = readonly (Subtree | null)[];

/** Slots in a page; one hex digit decides between them. */
export const slotCount = 16;
/** Levels of the binary tree in a page. */
export const levelsPerPage = 4;

/** First byte of a slot, and how many bytes it has: hash and count, or hash, stream, seq and leaf. */
const [emptyTag, headTag, pageTag] = [0, 1, 2];
const lengths = [1, 1 + 32 + 32 + 8 + 32, 1 + 32 + 8];
const twoTo32 = 2 ** 32;

/** A single stream's subtree. */
export function subtreeOfHead(head: Head, sha256?: Sha256): Subtree {
  return { hash: headHash(head, sha256), streams: 1, head };
}

/** The subtree over the slots from … to (excluded), a power of two of them; of all without more said. */
export function subtreeOf(
  page: HeadsPage,
  { from = 0, to = slotCount, sha256 }: { from?: number; to?: number; sha256?: Sha256 | undefined } = {},
): Subtree | null {
  if (to - from === 1) return page[from] ?? null;
  const middle = (from + to) / 2;
  const left = subtreeOf(page, { from, to: middle, sha256 });
  const right = subtreeOf(page, { from: middle, to, sha256 });
  if (left === null && (right === null || right.head !== null)) return right;
  if (right === null && left?.head) return left;
  const hash = innerHash(left?.hash ?? emptyHash, right?.hash ?? emptyHash, sha256);
  return { hash, streams: (left?.streams ?? 0) + (right?.streams ?? 0), head: null };
}

/** A page as bytes. */
export function encodePage(page: HeadsPage): Uint8Array {
  const length = page.reduce((sum, slot) => sum + (lengths[tagOf(slot)] as number), 0);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const slot of page) {
    const tag = tagOf(slot);
    bytes[at] = tag;
    if (slot !== null) {
      bytes.set(slot.hash, at + 1);
      setWhole(view, at + 33, slot.head?.seq ?? slot.streams);
    }
    if (slot?.head) {
      bytes.set(slot.head.stream, at + 41);
      bytes.set(slot.head.leaf, at + 73);
    }
    at += lengths[tag] as number;
  }
  return bytes;
}

/** The page in these bytes. @throws AppError INTERNAL where they are none */
export function decodePage(bytes: Uint8Array): HeadsPage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const slots: (Subtree | null)[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = lengths[bytes[at] as number];
    if (length === undefined || at + length > bytes.length) break;
    slots.push(decodeSlot(bytes, view, at));
    at += length;
  }
  if (at !== bytes.length || slots.length !== slotCount)
    throw new AppError("INTERNAL", "not a page of heads");
  return slots;
}

function decodeSlot(bytes: Uint8Array, view: DataView, at: number): Subtree | null {
  if (bytes[at] === emptyTag) return null;
  const hash = bytes.subarray(at + 1, at + 33);
  const number = view.getUint32(at + 33) * twoTo32 + view.getUint32(at + 37);
  if (bytes[at] === pageTag) return { hash, streams: number, head: null };
  const [stream, leaf] = [bytes.subarray(at + 41, at + 73), bytes.subarray(at + 73, at + 105)];
  return { hash, streams: 1, head: { stream, seq: number, leaf } };
}

function tagOf(slot: Subtree | null): number {
  if (slot === null) return emptyTag;
  return slot.head === null ? pageTag : headTag;
}

function setWhole(view: DataView, at: number, value: number): void {
  view.setUint32(at, Math.floor(value / twoTo32));
  view.setUint32(at + 4, value % twoTo32);
}
