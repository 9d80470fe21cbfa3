import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AppError } from "#domain/errors.ts";
import { type ReadTiles, type TilePlace, tilePath, tileWidth } from "#domain/log/tile.ts";

/** What a folder is given at once: a signed note, and the tiles that are new or wider than before it. */
export interface PublishedTiles {
  readonly note: string;
  readonly hashes: readonly (TilePlace & { readonly bytes: Uint8Array })[];
  readonly entries: readonly (Omit<TilePlace, "level"> & { readonly bytes: Uint8Array })[];
}

/**
 * The log as files (C2SP tlog-tiles), for any static host or object store: `public/checkpoint` and `public/tile/…` are for
 * everybody, `replay/tile/entries/…` for those with the scope `log:replay`. All but the checkpoint are immutable.
 */
export class TileFolder {
  readonly #public: string;
  readonly #replay: string;

  constructor(folder: string) {
    this.#public = join(folder, "public");
    this.#replay = join(folder, "replay");
  }

  /** The newest published checkpoint, or null before the first. */
  async checkpoint(): Promise<string | null> {
    return (await readIfThere(join(this.#public, "checkpoint")))?.toString("utf8") ?? null;
  }

  /** Hash tiles of the folder; a partial one that was left away is part of the full one. @throws AppError NOT_FOUND */
  readonly read: ReadTiles = (places) => Promise.all(places.map((place) => this.#readTile(place)));

  /** An entry tile of the folder; a partial one that was left away is part of the full one. @throws AppError NOT_FOUND */
  async readEntries(place: Omit<TilePlace, "level">): Promise<Uint8Array> {
    return eitherFile(this.#entryPath(place), this.#entryPath({ ...place, width: tileWidth }));
  }

  /** Publishes a checkpoint once everything it stands for is on disk. */
  async publish({ note, hashes, entries }: PublishedTiles): Promise<void> {
    for (const { bytes, ...place } of entries) await writeDurably(this.#entryPath(place), bytes);
    for (const { bytes, ...place } of hashes) await writeDurably(this.#hashPath(place), bytes);
    await writeDurably(join(this.#public, "checkpoint"), Buffer.from(note));
    for (const place of entries) await leaveAway(this.#entryPath(place), place);
    for (const place of hashes) await leaveAway(this.#hashPath(place), place);
  }

  #readTile(place: TilePlace): Promise<Uint8Array> {
    return eitherFile(this.#hashPath(place), this.#hashPath({ ...place, width: tileWidth }));
  }

  #hashPath(place: TilePlace): string {
    return join(this.#public, "tile", String(place.level), tilePath(place));
  }

  #entryPath(place: Omit<TilePlace, "level">): string {
    return join(this.#replay, "tile", "entries", tilePath(place));
  }
}

/** Of a tile that is full now, the partial ones go (tlog-tiles allows it, and readers must expect it). */
async function leaveAway(path: string, { width }: { width: number }): Promise<void> {
  if (width === tileWidth) await rm(`${path}.p`, { recursive: true, force: true });
}

async function eitherFile(path: string, full: string): Promise<Uint8Array> {
  const bytes = (await readIfThere(path)) ?? (await readIfThere(full));
  if (bytes === null) throw new AppError("NOT_FOUND", `the folder has no tile ${path}`);
  return bytes;
}

async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw error;
  }
}

/** The whole file is on disk under its name, or what was there before. */
async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const made = await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.draft`;
  const file = await open(draft, "w");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
  if (made !== undefined) await syncAbove(dirname(path), dirname(made));
}

/** The folders from one up to another, in which names are new too. */
async function syncAbove(folder: string, top: string): Promise<void> {
  for (let at = folder; at !== top; at = dirname(at)) await syncFolder(dirname(at));
}

/** A name survives a power cut only once its folder is on disk too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
