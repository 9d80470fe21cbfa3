import { AppError } from "../errors.ts";
import { bitAt, compareStreams, type Head, partingOf } from "./head.ts";

/** What a page says of the page below a place: its root, and of how many streams. */
export interface PageRoot {
  readonly hash: Uint8Array;
  readonly streams: number;
}

/** A record's bytes: key (32), digits (1), number (7), hash (32), node (32). */
const recordLength = 104;
const hashLength = 32;
const [digitsAt, numberAt, hashAt, nodeAt] = [32, 32, 40, 72];
const [twoTo32, highMask] = [2 ** 32, 0xff_ffff];

/**
 * A page of the stored `heads` tree: what lies below a place, which is the hex digits that its stream ids share. Up to
 * `headsPerPage` streams it holds their heads. With more it is cut by the digits that follow: a part with one stream is that
 * head, a part with more stands for the page below. So a tree has one set of pages, in whatever order its heads came.
 *
 * A page is bytes, and is worked on as bytes: records in the order of their keys. A head's key is its stream, its number `seq`,
 * its hash the leaf's; a page below has its place and zeros, its streams, its root. Beside each stands the hash of the node
 * that parts it from the record before, so that a change hashes only what is above it.
 */
export class HeadsPage {
  readonly bytes: Uint8Array;
  /** How many records. */
  readonly length: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.length = bytes.length / recordLength;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** A page of so many records, all of them still to be put in. */
  static ofLength(length: number): HeadsPage {
    return new HeadsPage(new Uint8Array(length * recordLength));
  }

  /** The stream of a head, or the place of a page below and zeros. */
  key(at: number): Uint8Array {
    return this.#hash(at, 0);
  }

  /** Below 0 where a record's key comes before a stream, above 0 where after it. */
  compare(at: number, stream: Uint8Array): number {
    return compareStreams(this.bytes, stream, at * recordLength);
  }

  /** The depth at which the keys of two records part. */
  parting(at: number, other: number): number {
    return partingOf(this.bytes, this.bytes, at * recordLength, other * recordLength);
  }

  /** The bit of a record's key that decides at a depth. */
  bit(at: number, depth: number): number {
    return bitAt(this.bytes, at * recordLength * 8 + depth);
  }

  /** The head, or null where the record stands for a page below. */
  head(at: number): Head | null {
    if (this.digits(at) > 0) return null;
    return { stream: this.key(at), seq: this.#number(at), leaf: this.#hash(at, hashAt) };
  }

  /** How many digits the place of the page has that a record stands for; 0 where it is a head. */
  digits(at: number): number {
    return this.bytes[at * recordLength + digitsAt] as number;
  }

  /** What is said of the page that a record stands for. */
  rootBelow(at: number): PageRoot {
    return { hash: this.#hash(at, hashAt), streams: this.#number(at) };
  }

  /** How many streams the page and all below hold. */
  get streams(): number {
    let sum = 0;
    for (let at = 0; at < this.length; at += 1) sum += this.digits(at) > 0 ? this.#number(at) : 1;
    return sum;
  }

  /** Whether the page stands for others. */
  get isCut(): boolean {
    for (let at = 0; at < this.length; at += 1) if (this.digits(at) > 0) return true;
    return false;
  }

  /** The hash of the node that parts a record from the one before it. */
  node(at: number): Uint8Array {
    return this.#hash(at, nodeAt);
  }

  setNode(at: number, hash: Uint8Array): void {
    this.bytes.set(hash, at * recordLength + nodeAt);
  }

  /** Takes a record over from another page. */
  copy(at: number, from: HeadsPage, index: number): void {
    const begin = index * recordLength;
    this.bytes.set(from.bytes.subarray(begin, begin + recordLength), at * recordLength);
  }

  putHead(at: number, { stream, seq, leaf }: Head): void {
    this.#put(at, stream, { digits: 0, number: seq, hash: leaf });
  }

  putBelow(at: number, place: { key: Uint8Array; digits: number }, { hash, streams }: PageRoot): void {
    this.#put(at, place.key, { digits: place.digits, number: streams, hash });
  }

  #put(at: number, key: Uint8Array, said: { digits: number; number: number; hash: Uint8Array }): void {
    const begin = at * recordLength;
    this.bytes.set(key, begin);
    this.#view.setUint32(begin + numberAt, said.digits * (highMask + 1) + Math.floor(said.number / twoTo32));
    this.#view.setUint32(begin + numberAt + 4, said.number % twoTo32);
    this.bytes.set(said.hash, begin + hashAt);
  }

  #hash(at: number, offset: number): Uint8Array {
    const begin = at * recordLength + offset;
    return this.bytes.subarray(begin, begin + hashLength);
  }

  #number(at: number): number {
    const begin = at * recordLength + numberAt;
    return (this.#view.getUint32(begin) & highMask) * twoTo32 + this.#view.getUint32(begin + 4);
  }
}

/** A page as it was kept. @throws AppError INTERNAL where the bytes are none */
export function keptPage(bytes: Uint8Array): HeadsPage {
  const page = new HeadsPage(bytes);
  let isRising = Number.isInteger(page.length);
  for (let at = 1; at < page.length && isRising; at += 1) isRising = page.compare(at, page.key(at - 1)) > 0;
  if (!isRising) throw new AppError("INTERNAL", "not a page of heads");
  return page;
}
