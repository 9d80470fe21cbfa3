/**
 * Tiles of the log's tree (C2SP tlog-tiles): at level L, tile N holds up to 256 hashes of complete subtrees of 256^L leaves,
 * from number 256·N on. A full tile never changes; what stands at the right edge is a partial tile with a width.
 */
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { AppError } from "../errors.ts";
import type { Sha256 } from "./merkle.ts";

/** A tile's place: its level, its number, and how many hashes of it are meant (256 unless it is partial). */
export interface TilePlace {
  readonly level: number;
  readonly index: bigint;
  readonly width: number;
}

/** A tile as kept: its place without a width, for the width is how many hashes there are. */
export interface Tile {
  readonly level: number;
  readonly index: bigint;
  readonly hashes: Uint8Array;
}

/** Fetches tiles in the order of their places, each with at least its width; throws where one can't be had. */
export type ReadTiles = (places: readonly TilePlace[]) => Promise<readonly Uint8Array[]>;

/** Hashes, or entries, in a full tile. */
export const tileWidth = 256;
/** Levels of the tree between two levels of tiles: 2^8 = 256. */
export const levelsPerTile = 8;
/** Bytes of a hash in a tile. */
export const hashLength = 32;
const nodePrefix = 1;
/** C2SP tlog-tiles: groups of three digits, all but the last led by x, and .p/W where the tile is partial. */
const numberPattern = /^((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/;
/** Numbers of tiles below this are exact as numbers, too. */
const indexMax = 10n ** 15n;

/** The number and width of a tile as the end of a path: `x001/x234/067`, `067.p/12`. */
export function tilePath({ index, width }: Pick<TilePlace, "index" | "width">): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, "0");
  const groups = padded.match(/\d{3}/g) ?? [];
  const path = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
  return width === tileWidth ? path : `${path}.p/${width}`;
}

/** The number and width that the end of a path names; null for anything but the one spelling of a tile. */
export function parseTilePath(path: string): Pick<TilePlace, "index" | "width"> | null {
  const [, groups, partial] = numberPattern.exec(path) ?? [];
  if (groups === undefined) return null;
  const place = {
    index: BigInt(groups.replaceAll(/[x/]/g, "")),
    width: partial === undefined ? tileWidth : Number(partial),
  };
  return place.index < indexMax && place.width <= tileWidth && tilePath(place) === path ? place : null;
}

/** How many hashes the tree of `size` leaves has in a tile; 0 for a tile beyond it. */
export function widthAt({ level, index }: Pick<TilePlace, "level" | "index">, size: bigint): number {
  const count = (size >> BigInt(levelsPerTile * level)) - index * BigInt(tileWidth);
  return count <= 0n ? 0 : count >= BigInt(tileWidth) ? tileWidth : Number(count);
}

/**
 * The hash over the hashes from … to (excluded) of a tile, a power of two of them. Level by level in one piece of memory: before each pair
 * goes the prefix of a node (RFC 9162 §2.1.1), over the last byte of the pair before, which is hashed by then as what it became is written.
 * @throws AppError BAD_REQUEST where the tile is too short
 */
export function subtreeIn(
  hashes: Uint8Array,
  [from, to]: readonly [number, number],
  sha256: Sha256 = nobleSha256,
): Uint8Array {
  if (to * hashLength > hashes.length) throw new AppError("BAD_REQUEST", "a tile is too short");
  const level = new Uint8Array(1 + (to - from) * hashLength);
  level.set(hashes.subarray(from * hashLength, to * hashLength), 1);
  for (let pairs = (to - from) / 2; pairs >= 1; pairs /= 2) {
    for (let pair = 0; pair < pairs; pair += 1) {
      const begin = 2 * pair * hashLength;
      level[begin] = nodePrefix;
      const node = sha256(level.subarray(begin, begin + 1 + 2 * hashLength));
      level.set(node, 1 + pair * hashLength);
    }
  }
  return level.slice(1, 1 + hashLength);
}

/**
 * The tiles that are new or wider once `leaves` are appended to the tree of `size` leaves; reads only those at its right
 * edge, one for each level.
 */
export async function growTiles(
  size: bigint,
  leaves: readonly Uint8Array[],
  read: ReadTiles,
  sha256?: Sha256,
): Promise<Tile[]> {
  const tiles: Tile[] = [];
  let [count, fresh] = [size, leaves];
  for (let level = 0; fresh.length > 0; level += 1) {
    const first = count / BigInt(tileWidth);
    const width = Number(count % BigInt(tileWidth));
    const [edge = new Uint8Array()] = width === 0 ? [] : await read([{ level, index: first, width }]);
    const grown = cut(joined(edge.subarray(0, width * hashLength), fresh));
    for (const [at, hashes] of grown.entries()) tiles.push({ level, index: first + BigInt(at), hashes });
    fresh = grown.filter(isFull).map((hashes) => subtreeIn(hashes, [0, tileWidth], sha256));
    count = first;
  }
  return tiles;
}

/** One run of bytes; leaves may be more than a call takes arguments. */
function joined(edge: Uint8Array, hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(edge.length + hashes.length * hashLength);
  bytes.set(edge);
  for (const [at, hash] of hashes.entries()) bytes.set(hash, edge.length + at * hashLength);
  return bytes;
}

function cut(hashes: Uint8Array): Uint8Array[] {
  const length = tileWidth * hashLength;
  const count = Math.ceil(hashes.length / length);
  return Array.from({ length: count }, (_, at) => hashes.subarray(at * length, (at + 1) * length));
}

function isFull(hashes: Uint8Array): boolean {
  return hashes.length === tileWidth * hashLength;
}
