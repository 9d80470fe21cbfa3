import { buildHeadsTree, type HeadsTree } from "#domain/log/prefix-tree.ts";
import type { Tx } from "#store/connect.ts";
import { recordedTiles } from "#store/log-tiles.ts";
import { fastSha256 } from "../log/fast-sha256.ts";
import { growHeads } from "./grow-heads.ts";
import { headsLeafAt } from "./heads-leaf.ts";
import type { AnchoredHeads } from "./heads-trees.ts";

/** A heads tree, and of how many of the log's entries it is. */
interface Standing {
  readonly tree: HeadsTree;
  readonly size: number;
}

/**
 * The heads of one anchored size after the other, for one who asks for many and keeps none: a single tree that grows from
 * size to size. A step back builds it anew, so ask for the smaller size first.
 */
export class HeadsWalk {
  #stands: Standing = beginning();

  /** The heads of the anchored tree of `size` leaves; they hold until the next call. @throws AppError INTERNAL */
  async at(tx: Tx, size: number): Promise<AnchoredHeads> {
    const { tree, size: from } = this.#stands.size <= size ? this.#stands : beginning();
    // What breaks off half-way is of no size, and is not walked on from.
    this.#stands = beginning();
    await growHeads(tx, tree, { from, to: size });
    this.#stands = { tree, size };
    return { tree, leaf: await headsLeafAt(tx, size, recordedTiles(tx)) };
  }
}

function beginning(): Standing {
  return { tree: buildHeadsTree([], fastSha256), size: 0 };
}
