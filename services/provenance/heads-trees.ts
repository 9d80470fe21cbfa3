/** The `heads` trees of anchored sizes, built once each and kept for the proofs of many packs. */

import { AppError } from "#domain/errors.ts";
import type { HeadsLeaf } from "#domain/log/bundle.ts";
import { toHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import { buildHeadsTree, type HeadsTree } from "#domain/log/prefix-tree.ts";
import type { ReadTiles } from "#domain/log/tile.ts";
import { inclusionFromTiles } from "#domain/log/tile-proofs.ts";
import type { Tx } from "#store/connect.ts";
import { recordedTiles } from "#store/log-tiles.ts";
import { findEntryAt, listHeadsAt } from "#store/stretches.ts";
import { fastSha256 } from "../log/fast-sha256.ts";
import { openingOf } from "./opening-of.ts";

/** Trees that stay in memory: the newest and some weeks of days. */
const treesMax = 40;
const headsStream = streamOf("urn:coldmark:heads");

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
  const heads = (await listHeadsAt(tx, size)).filter((head) => toHex(head.stream) !== headsStream);
  return { tree: buildHeadsTree(heads), leaf: await headsLeafAt(tx, size, tiles) };
}

async function headsLeafAt(tx: Tx, size: number, tiles: ReadTiles): Promise<HeadsLeaf> {
  const row = await findEntryAt(tx, size - 1);
  const opening = row === null ? null : openingOf(row);
  if (row === null || opening === null)
    throw new AppError("INTERNAL", `no heads entry closes the tree of ${size}`);

  const path = await inclusionFromTiles(BigInt(size - 1), BigInt(size), tiles, fastSha256);
  return { seq: row.seq, prev: toHex(row.prev), opening, path: path.map(toHex) };
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
