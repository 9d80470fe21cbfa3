import { AppError } from "#domain/errors.ts";
import type { HeadsLeaf } from "#domain/log/bundle.ts";
import { toHex } from "#domain/log/bytes.ts";
import type { ReadTiles } from "#domain/log/tile.ts";
import { inclusionFromTiles } from "#domain/log/tile-proofs.ts";
import type { Tx } from "#store/connect.ts";
import { findEntryAt } from "#store/stretches.ts";
import { fastSha256 } from "../log/fast-sha256.ts";
import { openingOf } from "./opening-of.ts";

/** The entry that closes an anchored tree of `size` leaves and states the root of its heads. @throws AppError INTERNAL */
export async function headsLeafAt(tx: Tx, size: number, tiles: ReadTiles): Promise<HeadsLeaf> {
  const row = await findEntryAt(tx, size - 1);
  const opening = row === null ? null : openingOf(row);
  if (row === null || opening === null)
    throw new AppError("INTERNAL", `no heads entry closes the tree of ${size}`);

  const path = await inclusionFromTiles(BigInt(size - 1), BigInt(size), tiles, fastSha256);
  return { seq: row.seq, prev: toHex(row.prev), opening, path: path.map(toHex) };
}
