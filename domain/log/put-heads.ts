import { fromHex, toHex } from "./bytes.ts";
import { type Head, partingOf } from "./head.ts";
import type { HeadsPage, PageRoot } from "./heads-page.ts";

/** Up to so many heads stand in one page; then it is cut. */
const headsPerPage = 32;

/** A page below that gets heads; its root is known once it is whole. */
export class Below {
  readonly place: string;
  readonly digits: number;
  /** The place and zeros. */
  readonly key: Uint8Array;
  /** Whether it was kept before; a new one is empty. */
  readonly isKept: boolean;
  readonly heads: Head[];
  root: PageRoot | null = null;

  /** @param id any stream below the place */
  constructor(id: Uint8Array, digits: number, { isKept = false, heads = [] as Head[] } = {}) {
    this.digits = digits;
    this.place = toHex(id).slice(0, digits);
    this.key = fromHex(this.place.padEnd(2 * id.length, "0"));
    this.isKept = isKept;
    this.heads = heads;
  }
}

/** What a page is made of: records of the page before by their index, new heads, and pages below that change. */
export type Part = number | Head | Below;

/**
 * The parts of a page once heads are put in, in rising order of their streams, each once; those that belong to a page below
 * are handed on to it.
 */
export function putHeads(page: HeadsPage, place: string, heads: readonly Head[]): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const head of heads) {
    while (at < page.length && page.compare(at, head.stream) <= 0) parts.push(at++);
    putBehind(page, parts, head);
  }
  while (at < page.length) parts.push(at++);
  const isCut = parts.length > headsPerPage || page.isCut;
  return isCut && parts.some(isHead) ? cut(page, parts, digitsAfter(place.length)) : parts;
}

/** Only a head that came can be one too many. */
function isHead(part: Part): boolean {
  return typeof part !== "number" && !(part instanceof Below);
}

/** How many digits the places below one of so many have: the upper levels are full, so they stand in few, large pages. */
function digitsAfter(digits: number): number {
  return digits < 4 ? digits + 2 : digits + 1;
}

/** Puts a head behind the last part, in its place where that is the same stream's, or into it where that is its page. */
function putBehind(page: HeadsPage, parts: Part[], head: Head): void {
  const last = parts.at(-1);
  const below = typeof last === "number" && page.digits(last) > 0 ? belowAt(page, last) : last;
  const digits = below instanceof Below ? below.digits : head.stream.length * 2;
  if (last === undefined || partingOf(keyOf(page, last), head.stream) < 4 * digits) {
    parts.push(head);
  } else if (below instanceof Below) {
    below.heads.push(head);
    parts[parts.length - 1] = below;
  } else {
    parts[parts.length - 1] = head;
  }
}

/** Heads that share the digits of a place below go into a page of that place. */
function cut(page: HeadsPage, parts: readonly Part[], digits: number): Part[] {
  const slots: Part[] = [];
  for (const part of parts) {
    const last = slots.at(-1);
    const key = keyOf(page, part);
    if (last === undefined || partingOf(keyOf(page, last), key) < 4 * digits) {
      slots.push(part);
      continue;
    }
    const below = last instanceof Below ? last : new Below(key, digits);
    if (below !== last) below.heads.push(headOf(page, last));
    below.heads.push(headOf(page, part));
    slots[slots.length - 1] = below;
  }
  return slots;
}

/** The page that a record stands for. */
export function belowAt(page: HeadsPage, at: number): Below {
  return new Below(page.key(at), page.digits(at), { isKept: true });
}

function keyOf(page: HeadsPage, part: Part): Uint8Array {
  if (typeof part === "number") return page.key(part);
  return part instanceof Below ? part.key : part.stream;
}

/** The head that a part is, one not cut yet. */
function headOf(page: HeadsPage, part: Part): Head {
  return (typeof part === "number" ? page.head(part) : part) as Head;
}
