import { toHex } from "./bytes.ts";
import { GrowingRoot } from "./growing-root.ts";
import type { Sha256 } from "./merkle.ts";

/** What a `heads` entry says of messages: the RFC 9162 root over their hashes, how many, and their inbox ids, ends included. */
export interface SealedRange {
  readonly root: string;
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

/** A range whose messages are not those that were sealed, and how many of them came by. */
export interface DifferingRange {
  readonly range: SealedRange;
  readonly found: number;
}

/** Holds messages that come by in the order of their ids against the ranges that were sealed. */
export class RangeRoots {
  readonly #sha256: Sha256 | undefined;
  readonly #waiting: SealedRange[];
  readonly #differing: DifferingRange[] = [];
  #active: { readonly range: SealedRange; readonly root: GrowingRoot }[] = [];
  #next = 0;

  constructor(ranges: readonly SealedRange[], sha256?: Sha256) {
    this.#sha256 = sha256;
    this.#waiting = ranges.toSorted((a, b) => a.from - b.from);
  }

  /** Adds the next message: its id, and the SHA-256 of what was received. */
  add(id: number, sha256: Uint8Array): void {
    this.#moveTo(id);
    for (const { root } of this.#active) root.add(sha256);
  }

  /** Ends all ranges and gives those that differ. */
  end(): readonly DifferingRange[] {
    this.#moveTo(Number.POSITIVE_INFINITY);
    return this.#differing;
  }

  /** Ranges that lie before an id are ended, those that it lies in are begun. */
  #moveTo(id: number): void {
    for (let range = this.#waiting[this.#next]; range !== undefined && range.from <= id; ) {
      this.#active.push({ range, root: new GrowingRoot(this.#sha256) });
      this.#next += 1;
      range = this.#waiting[this.#next];
    }
    if (!this.#active.some(({ range }) => range.to < id)) return;
    for (const one of this.#active) if (one.range.to < id) this.#settle(one.range, one.root);
    this.#active = this.#active.filter(({ range }) => range.to >= id);
  }

  #settle(range: SealedRange, root: GrowingRoot): void {
    if (root.size === range.count && toHex(root.root()) === range.root) return;
    this.#differing.push({ range, found: root.size });
  }
}
