/** A whole copy of the log: entry tiles from a folder or an address, or the opened entries that the anchor keeps in a folder. */
import { type MirrorLine, mirrorPath } from "#anchor/mirror-line.ts";
import { AppError } from "#domain/errors.ts";
import { entryBytes, type Opening } from "#domain/log/entry.ts";
import { decodeEntryTile } from "#domain/log/entry-tile.ts";
import type { LogCopy, LoggedEntry } from "#domain/log/replay-log.ts";
import { tileWidth, widthAt } from "#domain/log/tile.ts";
import { partsOf, type ReadPart, readTile } from "./open-tiles.ts";

/** Where a copy comes from; `note` stands in where it has no checkpoint of its own. */
interface CopyPlace {
  readonly place: string;
  readonly apiKey: string | null;
  readonly note: string | null;
}

/** Opens a copy of the log. @throws AppError where it has no checkpoint */
export async function openCopy({ place, apiKey, note }: CopyPlace): Promise<LogCopy> {
  const read = partsOf(place, apiKey);
  const own = await read("checkpoint");
  const used = own === null ? note : new TextDecoder().decode(own);
  if (used === null)
    throw new AppError("BAD_REQUEST", `${place} has no checkpoint, and --checkpoint names none`);
  return { note: used, entries: (size) => entriesOf(read, place, size) };
}

async function* entriesOf(read: ReadPart, place: string, size: number): AsyncIterable<LoggedEntry> {
  for (let index = 0; index * tileWidth < size; index += 1) {
    const width = widthAt({ level: 0, index: BigInt(index) }, BigInt(size));
    const lines = await openedLines(read, index);
    const bytes = await readTile(read, { kind: "entries", index: BigInt(index), width });
    if (bytes === null && lines.length < width)
      throw new AppError("BAD_REQUEST", `${place} does not hold entries ${tileWidth * index} to ${size - 1}`);
    const entries =
      bytes === null ? lines.map(({ entry }) => entryBytes(entry)) : decodeEntryTile(bytes, width);
    for (const [at, entry] of entries.slice(0, width).entries())
      yield { bytes: entry, opening: openingOf(lines[at]) };
  }
}

/** The file of opened entries that covers the same 256 entries as a tile; none where only tiles are kept. */
async function openedLines(read: ReadPart, index: number): Promise<MirrorLine[]> {
  const path = mirrorPath("entries", index);
  const bytes = await read(path);
  if (bytes === null) return [];
  const lines = new TextDecoder()
    .decode(bytes)
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line, at) => parsed(line, `${path}:${at + 1}`) as MirrorLine);
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("BAD_REQUEST", `${where} is not JSON`);
  }
}

function openingOf(line: MirrorLine | undefined): Opening | null {
  if (line === undefined || line.salt === null || line.bodySalt === null || line.body === null) return null;
  const { salt, header, bodySalt, body } = line;
  return { salt, header, bodySalt, body: parsed(body, `the body of entry ${line.index}`) };
}
