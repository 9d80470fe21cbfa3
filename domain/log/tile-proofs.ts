/** Root and proofs of the log from its tiles alone, wherever they are kept: some files on a static host are enough. */
import type { Sha256 } from "./merkle.ts";
import { levelsPerTile, type ReadTiles, subtreeIn, type TilePlace, tileWidth, widthAt } from "./tile.ts";
import {
  consistencyFromNodes,
  inclusionFromNodes,
  type NodePlace,
  nodesNeededForConsistency,
  nodesNeededForInclusion,
  nodesNeededForRoot,
  type ReadNode,
  rootFromNodes,
} from "./tree-nodes.ts";

/** The root of the tree of `size` leaves (RFC 9162 §2.1.1). */
export async function rootFromTiles(size: bigint, read: ReadTiles, sha256?: Sha256): Promise<Uint8Array> {
  return rootFromNodes(size, await nodesFromTiles(size, nodesNeededForRoot(size), read, sha256));
}

/** The inclusion proof of leaf `index` (RFC 9162 §2.1.3.1). @throws AppError BAD_REQUEST unless index < size */
export async function inclusionFromTiles(
  index: bigint,
  size: bigint,
  read: ReadTiles,
  sha256?: Sha256,
): Promise<Uint8Array[]> {
  return inclusionFromNodes(
    index,
    size,
    await nodesFromTiles(size, nodesNeededForInclusion(index, size), read, sha256),
  );
}

/** The consistency proof of two sizes (RFC 9162 §2.1.4.1). @throws AppError BAD_REQUEST unless 0 < size1 ≤ size2 */
export async function consistencyFromTiles(
  size1: bigint,
  size2: bigint,
  read: ReadTiles,
  sha256?: Sha256,
): Promise<Uint8Array[]> {
  const places = nodesNeededForConsistency(size1, size2);
  return consistencyFromNodes(size1, size2, await nodesFromTiles(size2, places, read, sha256));
}

/** Fetches the tiles that hold these nodes, each once and as wide as the tree of `size` leaves has it. */
export async function nodesFromTiles(
  size: bigint,
  nodes: readonly NodePlace[],
  read: ReadTiles,
  sha256?: Sha256,
): Promise<ReadNode> {
  const places = new Map<string, TilePlace>();
  for (const node of nodes) {
    const { level, index } = tileOf(node.level, node.index);
    places.set(`${level}/${index}`, { level, index, width: widthAt({ level, index }, size) });
  }
  const tiles = await read([...places.values()]);
  const hashes = new Map([...places.keys()].map((key, at) => [key, tiles[at] ?? new Uint8Array()]));
  return (level, index) => {
    const tile = tileOf(level, index);
    const found = hashes.get(`${tile.level}/${tile.index}`) ?? new Uint8Array();
    return keptSubtree(found, [tile.from, tile.from + tile.count], sha256);
  };
}

/**
 * Subtrees of tiles, for as long as somebody holds the tile: one that a reader keeps (`keepTiles`) is hashed only once.
 */
const kept = new WeakMap<Uint8Array, Map<number, Uint8Array>>();

function keptSubtree(
  hashes: Uint8Array,
  [from, to]: readonly [number, number],
  sha256: Sha256 | undefined,
): Uint8Array {
  const known = kept.get(hashes) ?? new Map<number, Uint8Array>();
  kept.set(hashes, known);
  const place = from * 2 * tileWidth + to;
  const hash = known.get(place) ?? subtreeIn(hashes, [from, to], sha256);
  known.set(place, hash);
  return hash;
}

/** The tile a node lies in, and which of its hashes the node covers. */
function tileOf(nodeLevel: number, nodeIndex: bigint) {
  const level = Math.floor(nodeLevel / levelsPerTile);
  const count = 2 ** (nodeLevel % levelsPerTile);
  const first = nodeIndex * BigInt(count);
  return {
    level,
    count,
    index: first / BigInt(tileWidth),
    from: Number(first % BigInt(tileWidth)),
  };
}
