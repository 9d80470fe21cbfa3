import { consistencyFromTiles, rootFromTiles } from "#domain/log/tile-proofs.ts";
import type { Tx } from "#store/connect.ts";
import { recordedTiles } from "#store/log-tiles.ts";

/** Our root at a size, from the recorded tiles. */
export async function rootAt(tx: Tx, size: number): Promise<Uint8Array> {
  return rootFromTiles(BigInt(size), recordedTiles(tx));
}

/** The proof that our tree of `newSize` extends the one of `oldSize`; empty from size 0, as the contract wants it. */
export async function consistencyBetween(tx: Tx, oldSize: number, newSize: number): Promise<Uint8Array[]> {
  if (oldSize === 0) return [];
  return consistencyFromTiles(BigInt(oldSize), BigInt(newSize), recordedTiles(tx));
}
