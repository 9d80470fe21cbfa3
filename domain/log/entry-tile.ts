import { AppError } from "../errors.ts";
import { concatBytes } from "./bytes.ts";
import { type Entry, entryBytes } from "./entry.ts";

const lengthMax = 0xffff;

/** An entry bundle (C2SP tlog-tiles): each entry's bytes, as the tree hashes them, after their length in two bytes. */
export function encodeEntryTile(entries: readonly Entry[]): Uint8Array {
  return concatBytes(
    ...entries.flatMap((entry) => {
      const bytes = entryBytes(entry);
      if (bytes.length > lengthMax) throw new AppError("INTERNAL", "an entry is too long for its tile");
      return [Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes];
    }),
  );
}

/** The entries of a tile, as the tree hashes them. @throws AppError BAD_REQUEST unless it holds `width` of them */
export function decodeEntryTile(bytes: Uint8Array, width: number): Uint8Array[] {
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
