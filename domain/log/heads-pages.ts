/** The `heads` tree in pages that are kept elsewhere: a change or a proof reads only the pages on its way. */
import { equalBytes, toHex } from "./bytes.ts";
import { bitAt, checkedHead, emptyHash, type Head, refuseUnlessHash } from "./head.ts";
import {
  type HeadsPage,
  levelsPerPage,
  type Subtree,
  slotCount,
  subtreeOf,
  subtreeOfHead,
} from "./heads-page.ts";
import type { Sha256 } from "./merkle.ts";
import type { HeadsProof } from "./prefix-tree.ts";

/** Fetches pages by their places (the hex digits that lead to them); what was never kept is left out. */
export type ReadPages = (places: readonly string[]) => Promise<ReadonlyMap<string, HeadsPage>>;

/** A tree after heads were put in: its root, how many streams it holds, and the pages that are new or changed. */
export interface ChangedHeads {
  readonly root: Uint8Array;
  readonly streams: number;
  readonly pages: ReadonlyMap<string, HeadsPage>;
}

type Slots = (Subtree | null)[];

/** Heads that belong below a place. */
type Placed = Map<string, Head[]>;

const emptyPage: HeadsPage = new Array<null>(slotCount).fill(null);
/** Stands for a page below until that one is whole. */
const unknownPage: Subtree = { hash: new Uint8Array(), streams: 0, head: null };

/**
 * Puts heads in, each in place of the one its stream had; the last of a stream counts. Pages are fetched a level at a time.
 * @throws AppError BAD_REQUEST on an ill-formed head
 */
export async function changeHeads(
  heads: Iterable<Head>,
  read: ReadPages,
  sha256?: Sha256,
): Promise<ChangedHeads> {
  const pages = new Map<string, Slots>();
  let level: Placed = new Map([["", [...heads].map(checkedHead)]]);
  let known = await read([""]);
  while (level.size > 0) {
    const below: Placed = new Map();
    for (const [place, placed] of level) {
      pages.set(place, putIn({ page: known.get(place) ?? emptyPage, place, sha256 }, placed, below));
    }
    level = below;
    known = below.size === 0 ? known : await read([...below.keys()]);
  }
  return linked(pages, sha256);
}

/** A page with heads put in; those that belong further down are handed on to the pages `below`. */
function putIn(
  { page, place, sha256 }: { page: HeadsPage; place: string; sha256: Sha256 | undefined },
  placed: readonly Head[],
  below: Placed,
): Slots {
  const slots = [...page];
  for (const [digit, group] of Map.groupBy(placed, ({ stream }) => digitAt(stream, place.length))) {
    const slot = slots[digit] ?? null;
    const all = slot?.head ? [slot.head, ...group] : group;
    const only = slot === null || slot.head !== null ? onlyHead(all) : null;
    slots[digit] = only === null ? unknownPage : subtreeOfHead(only, sha256);
    if (only === null) below.set(place + digit.toString(slotCount), all);
  }
  return slots;
}

/** The newest of some heads where they are all of one stream, else null. */
function onlyHead(heads: readonly Head[]): Head | null {
  const newest = heads.at(-1) as Head;
  return heads.every(({ stream }) => equalBytes(stream, newest.stream)) ? newest : null;
}

/** Fills in what stands for pages, from the deepest to the root. */
function linked(pages: Map<string, Slots>, sha256: Sha256 | undefined): ChangedHeads {
  const deepestFirst = [...pages.keys()].sort((a, b) => b.length - a.length);
  let root: Subtree | null = null;
  for (const place of deepestFirst) {
    root = subtreeOf(pages.get(place) ?? emptyPage, { sha256 });
    const parent = pages.get(place.slice(0, -1));
    if (place !== "" && parent !== undefined) parent[Number.parseInt(place.slice(-1), slotCount)] = root;
  }
  return { root: (root?.hash ?? emptyHash).slice(), streams: root?.streams ?? 0, pages };
}

/**
 * The proof that a stream is present with its head, or absent, as the tree in memory gives it.
 * @throws AppError BAD_REQUEST on an ill-formed id
 */
export async function proveHead(stream: Uint8Array, read: ReadPages): Promise<HeadsProof> {
  refuseUnlessHash(stream, "a stream id");
  const siblings: string[] = [];
  const digits = toHex(stream);
  for (let place = ""; ; place = digits.slice(0, place.length + 1)) {
    const page = (await read([place])).get(place) ?? emptyPage;
    const end = descend(page, { stream, depth: place.length * levelsPerPage }, siblings);
    if (end === null) return { siblings };
    if (end.head !== null) return { siblings, ...endOf(end.head, stream) };
  }
}

/** Follows a stream through one page, noting siblings: null or a head where the way ends, else the page below. */
function descend(
  page: HeadsPage,
  way: { stream: Uint8Array; depth: number },
  siblings: string[],
): Subtree | null {
  let [from, to] = [0, slotCount];
  for (let depth = way.depth; to - from > 1; depth += 1) {
    const here = subtreeOf(page, { from, to });
    if (here === null || here.head !== null) return here;
    const middle = (from + to) / 2;
    const isRight = bitAt(way.stream, depth) === 1;
    const sibling = subtreeOf(page, isRight ? { from, to: middle } : { from: middle, to });
    siblings.push(sibling === null ? "" : toHex(sibling.hash));
    [from, to] = isRight ? [middle, to] : [from, middle];
  }
  return page[from] ?? null;
}

function endOf({ stream: found, seq, leaf }: Head, stream: Uint8Array): Omit<HeadsProof, "siblings"> {
  const end = { seq, leaf: toHex(leaf) };
  return equalBytes(found, stream) ? end : { other: { stream: toHex(found), ...end } };
}

/** The hex digit of a stream id at a place of that many digits. */
function digitAt(stream: Uint8Array, length: number): number {
  const byte = stream[length >> 1] as number;
  return length % 2 === 0 ? byte >> 4 : byte & 0x0f;
}
