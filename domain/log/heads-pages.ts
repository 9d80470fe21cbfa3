/** The `heads` tree in pages that are kept elsewhere: a change or a proof reads only the pages on its way. */
import { AppError } from "../errors.ts";
import { equalBytes, toHex } from "./bytes.ts";
import { bitAt, checkedHead, compareStreams, emptyHash, type Head, refuseUnlessHash } from "./head.ts";
import { type Hashed, middleOf, nodeOf, type Records } from "./heads-node.ts";
import { HeadsPage, type PageRoot } from "./heads-page.ts";
import type { Sha256 } from "./merkle.ts";
import type { HeadsProof } from "./prefix-tree.ts";
import { Below, belowAt, type Part, putHeads } from "./put-heads.ts";

/** Fetches pages by their places (the hex digits that lead to them); what was never kept is left out. */
export type ReadPages = (places: readonly string[]) => Promise<ReadonlyMap<string, HeadsPage>>;

/** The root of a tree, and how many streams it holds. */
export interface HeadsRoot {
  readonly root: Uint8Array;
  readonly streams: number;
}

/** A tree after heads were put in, with the pages that are new or changed. */
export interface ChangedHeads extends HeadsRoot {
  readonly pages: ReadonlyMap<string, HeadsPage>;
}

/** Heads that have found their pages. */
export interface PlannedHeads {
  /** The pages that are new or changed, by their places, hashed as they are asked for: those below before those above. */
  finish(): Generator<readonly [place: string, page: HeadsPage], HeadsRoot>;
}

/** A page that changes: what it stands for in the page above, what it was, and what it will be made of. */
interface Change {
  readonly below: Below;
  readonly before: HeadsPage;
  readonly parts: readonly Part[];
}

const emptyPage = HeadsPage.ofLength(0);

/**
 * Puts heads in, each in place of the one its stream had; the last of a stream counts. Pages are fetched a level at a time.
 * @throws AppError BAD_REQUEST on an ill-formed head; INTERNAL where a page is missing
 */
export async function planHeads(
  heads: Iterable<Head>,
  read: ReadPages,
  sha256?: Sha256,
): Promise<PlannedHeads> {
  const first = new Below(emptyHash, 0, { heads: newestInOrder(heads) });
  const changes: Change[] = [];
  for (let level = [first]; level.length > 0; ) {
    const known = await read(level.map(({ place }) => place));
    const changed = level.map((below) => changeOf(below, pageAt(known, below)));
    changes.push(...changed);
    level = changed.flatMap(({ parts }) => parts.filter((part) => part instanceof Below));
  }
  return {
    *finish() {
      for (const change of changes.reverse()) yield [change.below.place, finished(change, sha256)];
      return { root: rootOf(first).hash.slice(), streams: rootOf(first).streams };
    },
  };
}

/** `planHeads` and all its pages. */
export async function changeHeads(
  heads: Iterable<Head>,
  read: ReadPages,
  sha256?: Sha256,
): Promise<ChangedHeads> {
  const finish = (await planHeads(heads, read, sha256)).finish();
  const pages = new Map<string, HeadsPage>();
  for (;;) {
    const { done, value } = finish.next();
    if (done) return { ...value, pages };
    pages.set(...value);
  }
}

/** The newest head of each stream, in the order of the streams. */
function newestInOrder(heads: Iterable<Head>): Head[] {
  const sorted = [...heads].map(checkedHead).sort((a, b) => compareStreams(a.stream, b.stream));
  return sorted.filter(({ stream }, at) => {
    const next = sorted[at + 1];
    return next === undefined || compareStreams(stream, next.stream) !== 0;
  });
}

function changeOf(below: Below, before: HeadsPage): Change {
  return { below, before, parts: putHeads(before, below.place, below.heads) };
}

function pageAt(known: ReadonlyMap<string, HeadsPage>, { place, isKept }: Below): HeadsPage {
  const page = known.get(place);
  if (page === undefined && isKept)
    throw new AppError("INTERNAL", `page "${place}" of the heads tree is missing`);
  return page ?? emptyPage;
}

/** The page as it is now, its root said where the page above asks for it. All pages below must be finished. */
function finished({ below, before, parts }: Change, sha256: Sha256 | undefined): HeadsPage {
  const page = HeadsPage.ofLength(parts.length);
  const changes = new Uint32Array(parts.length + 1);
  for (const [at, part] of parts.entries()) {
    const isOld = typeof part === "number";
    if (isOld) page.copy(at, before, part);
    else if (part instanceof Below) page.putBelow(at, part, rootOf(part));
    else page.putHead(at, part);
    // The first page is hashed whole each time: nothing above would show that a node of it was damaged.
    changes[at + 1] = (changes[at] as number) + (isOld && below.place !== "" ? 0 : 1);
  }
  const hasChanged = (from: number, to: number) => changes[from] !== changes[to];
  const all = { from: 0, to: parts.length, depth: 4 * below.digits };
  const hash = parts.length === 0 ? emptyHash : nodeOf({ page, hasChanged, sha256 }, all);
  below.root = { hash, streams: page.streams };
  return page;
}

function rootOf({ root, place }: Below): PageRoot {
  if (root === null) throw new AppError("INTERNAL", `page "${place}" of the heads tree is not finished`);
  return root;
}

/**
 * The proof that a stream is present with its head, or absent, as the tree in memory gives it.
 * @throws AppError BAD_REQUEST on an ill-formed id; INTERNAL where a page is missing
 */
export async function proveHead(stream: Uint8Array, read: ReadPages): Promise<HeadsProof> {
  refuseUnlessHash(stream, "a stream id");
  const siblings: string[] = [];
  let below = new Below(stream, 0);
  for (;;) {
    const page = pageAt(await read([below.place]), below);
    const end = descend(page, { stream, depth: 4 * below.digits }, siblings);
    if (end === null) return { siblings };
    const head = page.head(end);
    if (head !== null) return { siblings, ...endOf(head, stream) };
    below = belowAt(page, end);
  }
}

/** Follows a stream through one page, noting siblings: the record where the way ends or goes on below, null for none. */
function descend(
  page: HeadsPage,
  way: { readonly stream: Uint8Array; readonly depth: number },
  siblings: string[],
): number | null {
  const hashed: Hashed = { page, hasChanged: () => false };
  let records: Records = { from: 0, to: page.length, depth: way.depth };
  while (!isEnd(page, records)) {
    const { from, to, depth } = records;
    const middle = middleOf(page, records);
    const left = { from, to: middle, depth: depth + 1 };
    const right = { from: middle, to, depth: depth + 1 };
    const [next, sibling] = bitAt(way.stream, depth) === 1 ? [right, left] : [left, right];
    siblings.push(sibling.from === sibling.to ? "" : toHex(nodeOf(hashed, sibling)));
    records = next;
  }
  return records.from === records.to ? null : records.from;
}

/** Whether a way ends: at nothing, at a head, or where the page below begins. */
function isEnd(page: HeadsPage, { from, to, depth }: Records): boolean {
  if (to - from !== 1) return from === to;
  return page.digits(from) === 0 || 4 * page.digits(from) === depth;
}

function endOf({ stream: found, seq, leaf }: Head, stream: Uint8Array): Omit<HeadsProof, "siblings"> {
  const end = { seq, leaf: toHex(leaf) };
  return equalBytes(found, stream) ? end : { other: { stream: toHex(found), ...end } };
}
