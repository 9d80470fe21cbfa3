/** A log's checkpoint and tiles (C2SP tlog-tiles), from a folder or from where they are served. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "#domain/errors.ts";
import { keepTiles } from "#domain/log/keep-tiles.ts";
import { type ReadTiles, type TilePlace, tilePath, tileWidth } from "#domain/log/tile.ts";

/** Gives the bytes at a path below the log's address; null where there are none. */
export type ReadPart = (path: string) => Promise<Uint8Array | null>;

const timeoutMs = 30_000;

/** Hashes of the log's tree, as tiles; those above the leaves are fetched once. */
export function tilesIn(place: string): ReadTiles {
  const read = partsOf(place, null);
  return keepTiles((places) => Promise.all(places.map((tile) => hashTileIn(read, tile))));
}

/** A tile of hashes or entries; a partial one may have given way to the full one (tlog-tiles, "Partial Tiles"). */
export async function readTile(
  read: ReadPart,
  { kind, index, width }: { kind: number | "entries" } & Pick<TilePlace, "index" | "width">,
): Promise<Uint8Array | null> {
  const pathOf = (own: number) => `tile/${kind}/${tilePath({ index, width: own })}`;
  return (await read(pathOf(width))) ?? (await read(pathOf(tileWidth)));
}

async function hashTileIn(read: ReadPart, { level, index, width }: TilePlace): Promise<Uint8Array> {
  const bytes = await readTile(read, { kind: level, index, width });
  if (bytes === null) throw new AppError("BAD_REQUEST", `the log's tile ${level}/${index} is not there`);
  return bytes;
}

/** The parts of a log in a folder or at an address; `apiKey` is for whoever serves entries under a scope only. */
export function partsOf(place: string, apiKey: string | null): ReadPart {
  return /^https?:\/\//.test(place)
    ? (path) => fetchPart(place, path, apiKey)
    : (path) => readPart(place, path);
}

async function readPart(folder: string, path: string): Promise<Uint8Array | null> {
  return await readFile(join(folder, path)).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") return null;
    throw new AppError("BAD_REQUEST", `${join(folder, path)} can't be read: ${cause.message}`);
  });
}

async function fetchPart(address: string, path: string, apiKey: string | null): Promise<Uint8Array | null> {
  const url = `${address.replace(/\/$/, "")}/${path}`;
  const headers: HeadersInit = apiKey === null ? {} : { authorization: `Bearer ${apiKey}` };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(timeoutMs) }).catch(
    (cause: Error) => {
      throw new AppError("UNAVAILABLE", `${url} does not answer: ${cause.message}`);
    },
  );
  if (response.status === 404) return null;
  if (!response.ok) throw new AppError("BAD_REQUEST", `${url} answers ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
