import { fromHex, toHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import { buildHeadsTree, type Head, type HeadsTree } from "#domain/log/prefix-tree.ts";
import type { Tx } from "#store/connect.ts";
import { allStreamHeadsBut, readPlaces } from "#store/entries.ts";

/** The subject of the entries that close anchored trees. */
export const headsSubject = "urn:coldmark:heads";

const headsStream = streamOf(headsSubject);
const placesAtOnce = 10_000;

/** Root and number of streams of a heads tree. */
export interface HeadsRoot {
  readonly root: Uint8Array;
  readonly streams: number;
}

/**
 * Keeps the tree of all streams' heads in memory, so that an anchor costs what changed since the last one. Entries
 * never change, so following them gives the right tree also when another process appended them.
 */
export class HeadsKeeper {
  #tree: HeadsTree | null = null;
  #size = 0;
  #streams = 0;

  /** The heads of the log of `size` entries, the heads stream itself left out; the caller holds the log. */
  async at(tx: Tx, size: number): Promise<HeadsRoot> {
    const tree = this.#tree ?? (await this.#build(tx, size));
    for (let from = this.#size; from < size; from += placesAtOnce) {
      for (const head of await readPlaces(tx, from, Math.min(size, from + placesAtOnce)))
        this.#set(tree, head);
    }
    this.#size = size;
    return { root: tree.root, streams: this.#streams };
  }

  async #build(tx: Tx, size: number): Promise<HeadsTree> {
    const heads = await allStreamHeadsBut(tx, fromHex(headsStream));
    this.#tree = buildHeadsTree(heads);
    this.#streams = heads.length;
    this.#size = size;
    return this.#tree;
  }

  #set(tree: HeadsTree, head: Head): void {
    if (toHex(head.stream) === headsStream) return;
    if (head.seq === 0) this.#streams += 1;
    tree.set(head);
  }
}
