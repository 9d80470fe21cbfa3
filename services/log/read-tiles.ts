/** The log as anybody may copy it: checkpoint and tiles of the C2SP tlog-tiles specification. */

import { AppError } from "#domain/errors.ts";
import { concatBytes, toHex } from "#domain/log/bytes.ts";
import { entryBytes } from "#domain/log/entry.ts";
import { newestCheckpoint } from "#store/checkpoints.ts";
import { cosignaturesOf } from "#store/cosignatures.ts";
import { listSealedEntries, listSubtrees } from "#store/log-tiles.ts";
import type { Context } from "../context.ts";
import { requireScope } from "../require-scope.ts";

/** A tile's place: its number and how many hashes or entries it holds (256 unless it is partial). */
export interface TilePlace {
  readonly index: number;
  readonly width: number;
}

/** Hashes or entries in a full tile, and levels of the tree between two levels of tiles (2^8 = 256). */
export const tileWidth = 256;
const levelsPerTile = 8;

/** The newest checkpoint, a signed note, with what witnesses signed of it so far. @throws AppError NOT_FOUND before the first */
export async function readCheckpoint({ store }: Pick<Context, "store">): Promise<string> {
  return await store.as({ role: "worker" }, async (tx) => {
    const newest = await newestCheckpoint(tx);
    if (newest === null) throw new AppError("NOT_FOUND", "there is no checkpoint yet");
    const lines = await cosignaturesOf(tx, newest.size);
    return newest.note + lines.map((line) => `${line}\n`).join("");
  });
}

/** The hashes of a tile, one after the other. @throws AppError NOT_FOUND beyond the newest checkpoint */
export async function readHashTile(
  { store }: Pick<Context, "store">,
  level: number,
  { index, width }: TilePlace,
): Promise<Uint8Array> {
  return await store.as({ role: "worker" }, async (tx) => {
    const size = (await newestCheckpoint(tx))?.size ?? 0;
    const first = index * tileWidth;
    if (Math.floor(size / tileWidth ** level) < first + width) throw beyond();
    const hashes = await listSubtrees(tx, { level: level * levelsPerTile, first, count: width });
    if (hashes.length !== width) throw beyond();
    return concatBytes(...hashes);
  });
}

/**
 * The entries of a tile, each after its length in two bytes; commitments only, nothing is opened.
 * @throws AppError UNAUTHENTICATED (no scope `log:replay`), NOT_FOUND beyond the newest checkpoint
 */
export async function readEntryTile(ctx: Context, { index, width }: TilePlace): Promise<Uint8Array> {
  requireScope(ctx.actor, "log:replay");
  return await ctx.store.as({ role: "worker" }, async (tx) => {
    const size = (await newestCheckpoint(tx))?.size ?? 0;
    const first = index * tileWidth;
    if (size < first + width) throw beyond();
    const rows = await listSealedEntries(tx, first, width);
    return concatBytes(
      ...rows.flatMap(({ stream, seq, prev, commit }) => {
        const hashes = { stream: toHex(stream), prev: toHex(prev), commit: toHex(commit) };
        const bytes = entryBytes({ v: 1, seq, ...hashes });
        return [Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes];
      }),
    );
  });
}

function beyond(): AppError {
  return new AppError("NOT_FOUND", "the log does not reach this tile yet");
}
