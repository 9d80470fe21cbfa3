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
