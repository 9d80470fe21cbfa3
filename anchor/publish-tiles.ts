import { AppError } from "#domain/errors.ts";
import { equalBytes, toHex } from "#domain/log/bytes.ts";
import { type Entry, entryBytes } from "#domain/log/entry.ts";
import { encodeEntryTile } from "#domain/log/entry-tile.ts";
import { leafHash } from "#domain/log/merkle.ts";
import { growTiles, hashLength, type ReadTiles, type Tile, tileWidth } from "#domain/log/tile.ts";
import { rootFromTiles } from "#domain/log/tile-proofs.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import { checkpointsBetween, type StoredCheckpoint } from "#store/checkpoints.ts";
import type { Store, Tx } from "#store/connect.ts";
import { cosignedNote } from "#store/cosignatures.ts";
import { listSealedEntries, recordedTiles } from "#store/log-tiles.ts";
import type { PublishedTiles, TileFolder } from "#store/tile-folder.ts";
import { LogFork } from "./log-fork.ts";

/**
 * Brings the folder for static hosts to our checkpoints up to `size`, one after another: each is written once all tiles it
 * stands for are there, computed from the entries again and giving its very root. What witnesses sign of the newest one is
 * added as it comes.
 * @throws LogFork where entries and folder don't give the root that was signed
 */
export async function publishTiles(store: Store, folder: TileFolder, size: number): Promise<void> {
  const note = await folder.checkpoint();
  const published = sizeOf(note);
  if (note !== null && published >= size) return addCosignatures(store, folder, note);
  const due = await store.as({ role: "worker" }, (tx) => checkpointsBetween(tx, published, size));
  let from = published;
  for (const checkpoint of due) {
    await folder.publish(await tilesUpTo(store, folder, from, checkpoint));
    from = checkpoint.size;
  }
}

async function addCosignatures(store: Store, folder: TileFolder, note: string): Promise<void> {
  const size = sizeOf(note);
  const cosigned = await store.as({ role: "worker" }, async (tx) => {
    const [checkpoint] = await checkpointsBetween(tx, size - 1, size);
    return checkpoint === undefined || !note.startsWith(checkpoint.note)
      ? note
      : cosignedNote(tx, checkpoint);
  });
  if (cosigned !== note) await folder.publish({ note: cosigned, hashes: [], entries: [] });
}

/** The size a signed note states; 0 before the first. */
function sizeOf(note: string | null): number {
  return note === null ? 0 : Number(note.split("\n")[1]);
}

async function tilesUpTo(
  store: Store,
  folder: TileFolder,
  from: number,
  { size, root, note }: StoredCheckpoint,
): Promise<PublishedTiles> {
  const entries: PublishedTiles["entries"][number][] = [];
  const leaves: Uint8Array[] = [];
  for (let index = Math.floor(from / tileWidth); index * tileWidth < size; index += 1) {
    const first = index * tileWidth;
    const width = Math.min(tileWidth, size - first);
    const sealed = await store.as({ role: "worker" }, (tx) => sealedEntries(tx, first, width));
    entries.push({ index: BigInt(index), width, bytes: encodeEntryTile(sealed) });
    leaves.push(
      ...sealed.slice(Math.max(0, from - first)).map((entry) => leafHash(entryBytes(entry), fastSha256)),
    );
  }
  const read = readEither(store, folder);
  const tiles = await growTiles(BigInt(from), leaves, read, fastSha256);
  if (!equalBytes(await rootFromTiles(BigInt(size), preferring(tiles, read)), root)) {
    throw new LogFork(`the entries up to ${size} don't give the root that was signed`);
  }
  const hashes = tiles.map(({ level, index, hashes: bytes }) => {
    return { level, index, width: bytes.length / hashLength, bytes };
  });
  return { note, hashes, entries };
}

/** A tile that the folder lost, as when a cleaner took partial ones, comes from the records: the signed root judges either. */
function readEither(store: Store, folder: TileFolder): ReadTiles {
  const recorded: ReadTiles = (places) => store.as({ role: "worker" }, (tx) => recordedTiles(tx)(places));
  return async (places) => {
    try {
      return await folder.read(places);
    } catch (error) {
      if (!(error instanceof AppError && error.code === "NOT_FOUND")) throw error;
      return recorded(places);
    }
  };
}

async function sealedEntries(tx: Tx, first: number, count: number): Promise<Entry[]> {
  const rows = await listSealedEntries(tx, first, count);
  return rows.map(({ stream, seq, prev, commit }) => {
    return { v: 1, stream: toHex(stream), seq, prev: toHex(prev), commit: toHex(commit) };
  });
}

/** Tiles that aren't written yet before those that are. */
function preferring(tiles: readonly Tile[], read: ReadTiles): ReadTiles {
  const fresh = new Map(tiles.map(({ level, index, hashes }) => [`${level}/${index}`, hashes]));
  return (places) =>
    Promise.all(
      places.map(async (place) => {
        const known = fresh.get(`${place.level}/${place.index}`);
        return known ?? ((await read([place]))[0] as Uint8Array);
      }),
    );
}
