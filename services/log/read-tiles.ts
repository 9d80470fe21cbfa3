/** The log as anybody may copy it: checkpoint and tiles of the C2SP tlog-tiles specification. */

import { AppError } from "#domain/errors.ts";
import { toHex } from "#domain/log/bytes.ts";
import { encodeEntryTile } from "#domain/log/entry-tile.ts";
import { hashLength, type TilePlace, tileWidth, widthAt } from "#domain/log/tile.ts";
import type { StoredCheckpoint } from "#store/checkpoints.ts";
import type { Tx } from "#store/connect.ts";
import { cosignedNote, newestCheckpointWithin } from "#store/cosignatures.ts";
import { listSealedEntries, recordedTiles } from "#store/log-tiles.ts";
import { mirroredSize } from "#store/mirrored.ts";
import type { Context } from "../context.ts";
import { requireScope } from "../require-scope.ts";

/**
 * The newest checkpoint of entries that the second place holds, a signed note, with what witnesses signed of it so far.
 * @throws AppError NOT_FOUND before the first
 */
export async function readCheckpoint({ store }: Pick<Context, "store">): Promise<string> {
  return await store.as({ role: "worker" }, async (tx) => {
    const newest = await newestDurable(tx);
    if (newest === null) throw new AppError("NOT_FOUND", "there is no checkpoint yet");
    return cosignedNote(tx, newest);
  });
}

/** The hashes of a tile, one after the other. @throws AppError NOT_FOUND beyond that checkpoint */
export async function readHashTile({ store }: Pick<Context, "store">, place: TilePlace): Promise<Uint8Array> {
  return await store.as({ role: "worker" }, async (tx) => {
    await refuseBeyond(tx, place);
    const [hashes = new Uint8Array()] = await recordedTiles(tx)([place]);
    return hashes.subarray(0, place.width * hashLength);
  });
}

/**
 * The entries of a tile, each after its length in two bytes; commitments only, nothing is opened.
 * @throws AppError UNAUTHENTICATED (no scope `log:replay`), NOT_FOUND beyond that checkpoint
 */
export async function readEntryTile(
  ctx: Context,
  { index, width }: Omit<TilePlace, "level">,
): Promise<Uint8Array> {
  requireScope(ctx.actor, "log:replay");
  return await ctx.store.as({ role: "worker" }, async (tx) => {
    await refuseBeyond(tx, { level: 0, index, width });
    const rows = await listSealedEntries(tx, Number(index) * tileWidth, width);
    return encodeEntryTile(
      rows.map(({ stream, seq, prev, commit }) => {
        const hashes = { stream: toHex(stream), prev: toHex(prev), commit: toHex(commit) };
        return { v: 1, seq, ...hashes };
      }),
    );
  });
}

/** Who keeps a checkpoint that a lost database takes with it would call the honest log that comes after a fork. */
async function newestDurable(tx: Tx): Promise<StoredCheckpoint | null> {
  return newestCheckpointWithin(tx, await mirroredSize(tx));
}

async function refuseBeyond(tx: Tx, place: TilePlace): Promise<void> {
  const size = (await newestDurable(tx))?.size ?? 0;
  if (widthAt(place, BigInt(size)) < place.width)
    throw new AppError("NOT_FOUND", "the log does not reach this tile yet");
}
