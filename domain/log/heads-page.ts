/**
 * A page of the stored `heads` tree: four levels of it, below a place named by the hex digits that its stream ids share.
 * Of its 16 slots, one for each next digit, an empty one holds no stream, one with a single stream holds that head, and one
 * with more the hash of the page below it. So a tree has one set of pages, in whatever order its heads came.
 */
import { AppError } from "../errors.ts";
import { concatBytes } from "./bytes.ts";
import { emptyHash, type Head, headHash, innerHash } from "./head.ts";

/** A page below as its parent knows it: its hash, and how many streams it holds. */
export interface PageLink {
  readonly hash: Uint8Array;
  readonly streams: number;
}

/** What a slot of a page holds. */
export type Slot = Head | PageLink | null;

/** The slots of a page in the order of their digits. */
export type HeadsPage = readonly Slot[];

/** Slots in a page; one hex digit decides between them. */
export const slotCount = 16;
/** Levels of the binary tree in a page. */
export const levelsPerPage = 4;

/** A subtree inside a page or below it; null without a stream, a head itself where it is alone. */
type Subtree = Head | { readonly hash: Uint8Array } | null;

const tags = { empty: 0, head: 1, link: 2 };
/** By tag. */
const lengths = [1, 1 + 32 + 8 + 32, 1 + 32 + 8];

/** Whether a slot or subtree is a single stream's head. */
export function isHead(node: Slot | Subtree): node is Head {
  return node !== null && "leaf" in node;
}

/** The hash of a page's whole subtree. */
export function pageHash(page: HeadsPage): Uint8Array {
  return subtreeHash(subtreeOf(page, 0, slotCount));
}

/** How many streams lie in a page and below it. */
export function streamsIn(page: HeadsPage): number {
  return page.reduce((sum, slot) => sum + (slot === null ? 0 : isHead(slot) ? 1 : slot.streams), 0);
}

/** The subtree over the slots from … to (excluded), a power of two of them. */
export function subtreeOf(page: HeadsPage, from: number, to: number): Subtree {
  if (to - from === 1) return page[from] ?? null;
  const middle = (from + to) / 2;
  const [left, right] = [subtreeOf(page, from, middle), subtreeOf(page, middle, to)];
  if (left === null && (right === null || isHead(right))) return right;
  if (right === null && isHead(left)) return left;
  return { hash: innerHash(subtreeHash(left), subtreeHash(right)) };
}

/** The hash of a subtree; 32 zero bytes without a stream. */
export function subtreeHash(node: Subtree): Uint8Array {
  if (node === null) return emptyHash;
  return isHead(node) ? headHash(node) : node.hash;
}

/** A page as bytes: each slot after a byte that tells its kind; seq and counts in 8 bytes. */
export function encodePage(page: HeadsPage): Uint8Array {
  return concatBytes(...page.map(encodeSlot));
}

/** The page in these bytes. @throws AppError INTERNAL where they are none */
export function decodePage(bytes: Uint8Array): HeadsPage {
  const slots: Slot[] = [];
  let at = 0;
  while (at < bytes.length) {
    const length = lengths[bytes[at] as number];
    if (length === undefined || at + length > bytes.length) break;
    slots.push(decodeSlot(bytes.subarray(at, at + length)));
    at += length;
  }
  if (at !== bytes.length || slots.length !== slotCount)
    throw new AppError("INTERNAL", "not a page of heads");
  return slots;
}

function decodeSlot(bytes: Uint8Array): Slot {
  if (bytes[0] === tags.empty) return null;
  const first = bytes.subarray(1, 33);
  const number = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(33));
  return bytes[0] === tags.link
    ? { hash: first, streams: number }
    : { stream: first, seq: number, leaf: bytes.subarray(41) };
}

function encodeSlot(slot: Slot): Uint8Array {
  if (slot === null) return Uint8Array.of(tags.empty);
  if (isHead(slot))
    return concatBytes(Uint8Array.of(tags.head), slot.stream, eightBytes(slot.seq), slot.leaf);
  return concatBytes(Uint8Array.of(tags.link), slot.hash, eightBytes(slot.streams));
}

function eightBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
