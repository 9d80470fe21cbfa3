/** The `heads` trees of anchored sizes, built once each and kept for the proofs of many packs. */

import { AppError } from "#domain/errors.ts";
import type { HeadsLeaf } from "#domain/log/bundle.ts";
import { buildHeadsTree, type HeadsTree } from "#domain/log/prefix-tree.ts";
import type { ReadTiles } from "#domain/log/tile.ts";
import type { Tx } from "#store/connect.ts";
import { recordedTiles } from "#store/log-tiles.ts";
import { fastSha256 } from "../log/fast-sha256.ts";
import { growHeads } from "./grow-heads.ts";
import { headsLeafAt } from "./heads-leaf.ts";

/** Trees that stay in memory: the newest and some weeks of days. */
const treesMax = 40;

/** One anchored tree's heads: the prefix tree, and the leaf that states its root. */
export interface AnchoredHeads {
  readonly tree: HeadsTree;
  readonly leaf: HeadsLeaf;
}

/** Keeps the heads of anchored sizes; sizes never change, so nothing here grows stale. */
export class HeadsTrees {
  readonly #kept = new Map<number, Promise<AnchoredHeads>>();
  readonly #published: ReadTiles | undefined;

  constructor(published?: ReadTiles) {
    this.#published = published;
  }

  /** The heads of the anchored tree of `size` leaves; many who ask at once share one build. */
  at(tx: Tx, size: number): Promise<AnchoredHeads> {
    const kept = this.#kept.get(size);
    if (kept !== undefined) return kept;
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < treesMax) break;
      this.#kept.delete(oldest);
    }
    const building = buildHeads(tx, size, tilesOf(tx, this.#published));
    this.#kept.set(size, building);
    building.catch(() => this.#kept.delete(size));
    return building;
  }
}

async function buildHeads(tx: Tx, size: number, tiles: ReadTiles): Promise<AnchoredHeads> {
  const tree = buildHeadsTree([], fastSha256);
  await growHeads(tx, tree, { from: 0, to: size });
  return { tree, leaf: await headsLeafAt(tx, size, tiles) };
}

/** Published tiles where they are in reach; a process on another machine than the folder has those of the records. */
function tilesOf(tx: Tx, published: ReadTiles | undefined): ReadTiles {
  const recorded = recordedTiles(tx);
  if (published === undefined) return recorded;
  return async (places) => {
    try {
      return await published(places);
    } catch (error) {
      if (error instanceof AppError && error.code === "NOT_FOUND") return await recorded(places);
      throw error;
    }
  };
}
