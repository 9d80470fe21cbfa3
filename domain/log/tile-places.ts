/** Where a log's parts lie in its tiles: static files of 256 hashes or entries each (C2SP tlog-tiles). */
import { AppError } from "../errors.ts";
import { treeRoot } from "./merkle.ts";
import type { NodePlace } from "./tree-nodes.ts";

/** A tile: of hashes at a level of tiles, or of entries; `width` is 256 unless it is the tree's right edge. */
export interface Tile {
  readonly level: number | "entries";
  readonly index: number;
  readonly width: number;
}

/** Hashes or entries in a full tile, and levels of the tree between two levels of tiles (2^8 = 256). */
const tileWidth = 256;
const levelsPerTile = 8;
const hashBytes = 32;

/** The path of a tile below the log's address: `tile/entries/x001/234.p/5` (tlog-tiles, "Merkle Tree"). */
export function tilePath({ level, index, width }: Tile): string {
  const groups = [index % 1000];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(rest % 1000);
  const digits = groups.map((group) => String(group).padStart(3, "0"));
  const name = [...digits.slice(0, -1).map((group) => `x${group}`), digits.at(-1)].join("/");
  return `tile/${level}/${name}${width === tileWidth ? "" : `.p/${width}`}`;
}

/** The tiles of all entries of a log of `size`, in order. */
export function entryTilesOf(size: number): Tile[] {
  const count = Math.ceil(size / tileWidth);
  return Array.from({ length: count }, (_, index) => ({
    ...{ level: "entries" as const, index, width: Math.min(tileWidth, size - index * tileWidth) },
  }));
}

/** The tile of a log of `size` that the hash of a complete subtree comes from, and which of its hashes make it. */
export function tileOfNode(
  { level, index }: NodePlace,
  size: bigint,
): { tile: Tile; from: number; to: number } {
  const [tileLevel, above] = [Math.floor(level / levelsPerTile), BigInt(level % levelsPerTile)];
  const first = index << above;
  const at = first / BigInt(tileWidth);
  const there = (size >> BigInt(levelsPerTile * tileLevel)) - at * BigInt(tileWidth);
  const width = there < tileWidth ? Number(there) : tileWidth;
  const from = Number(first % BigInt(tileWidth));
  return { tile: { level: tileLevel, index: Number(at), width }, from, to: from + 2 ** Number(above) };
}

/** The hash of a complete subtree from its tile's bytes. @throws AppError BAD_REQUEST where the tile is too short */
export function nodeFromTile(bytes: Uint8Array, { from, to }: { from: number; to: number }): Uint8Array {
  if (bytes.length < to * hashBytes) throw new AppError("BAD_REQUEST", "the tile is too short");
  const hashAt = (at: number) => bytes.slice(at * hashBytes, (at + 1) * hashBytes);
  return treeRoot(Array.from({ length: to - from }, (_, at) => hashAt(from + at)));
}

/** The entries of a tile, each after its length in two bytes. @throws AppError BAD_REQUEST unless exactly `width` are there */
export function entriesInTile(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at + 2 <= bytes.length && entries.length < width) {
    const end = at + 2 + ((bytes[at] as number) << 8) + (bytes[at + 1] as number);
    if (end > bytes.length) break;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  if (entries.length !== width) throw new AppError("BAD_REQUEST", `the tile does not hold ${width} entries`);
  return entries;
}
