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

/** Trees that stay in memory, sharing what is the same in them: the newest and some weeks of days. */
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
    const building = buildHeads(
      tx,
      { from: this.#newestBefore(size), to: size },
      tilesOf(tx, this.#published),
    );
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < treesMax) break;
      this.#kept.delete(oldest);
    }
    this.#kept.set(size, building);
    building.catch(() => this.#kept.delete(size));
    return building;
  }

  #newestBefore(size: number): Grown {
    const before = Math.max(0, ...[...this.#kept.keys()].filter((kept) => kept < size));
    return { size: before, heads: this.#kept.get(before) ?? null };
  }
}

/** A tree of some size, or of none: one that goes on from another costs the streams that said something in between. */
interface Grown {
  readonly size: number;
  readonly heads: Promise<AnchoredHeads> | null;
}

async function buildHeads(
  tx: Tx,
  { from, to }: { from: Grown; to: number },
  tiles: ReadTiles,
): Promise<AnchoredHeads> {
  const before = await from.heads?.catch(() => null);
  const tree = before?.tree.branch() ?? buildHeadsTree([], fastSha256);
  await growHeads(tx, tree, { from: before ? from.size : 0, to });
  return { tree, leaf: await headsLeafAt(tx, to, tiles) };
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
