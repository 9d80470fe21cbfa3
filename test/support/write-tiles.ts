/** A test's log as the files of C2SP tlog-tiles: checkpoint, entry tiles, hash tiles. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { concatBytes, fromHex } from "#domain/log/bytes.ts";
import { commitmentOf, entryBytes } from "#domain/log/entry.ts";
import { treeRoot } from "#domain/log/merkle.ts";
import { tilePath, tileWidth } from "#domain/log/tile.ts";
import type { TestLog } from "./test-log.ts";

/** The bytes of a log's entries, in order. */
export function bytesOf({ rows }: TestLog): Uint8Array[] {
  return rows.map(({ stream, seq, prev, opening }) =>
    entryBytes({ v: 1, stream, seq, prev, commit: commitmentOf(opening) }),
  );
}

/** Writes the tiles of a log under a folder, with this note as its checkpoint. */
export function writeTiles(folder: string, log: TestLog, note: string): void {
  const put = (path: string, bytes: Uint8Array | string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  };
  put("checkpoint", note);
  const entries = bytesOf(log).map((bytes) =>
    concatBytes(Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes),
  );
  for (const [index, group] of inGroups(entries).entries())
    put(`tile/entries/${placeOf(index, group)}`, concatBytes(...group));
  let hashes = log.rows.map(({ leaf }) => fromHex(leaf));
  for (let level = 0; hashes.length > 0; level += 1) {
    const groups = inGroups(hashes);
    for (const [index, group] of groups.entries())
      put(`tile/${level}/${placeOf(index, group)}`, concatBytes(...group));
    hashes = groups.filter(({ length }) => length === tileWidth).map((group) => treeRoot(group));
  }
}

function placeOf(index: number, { length: width }: readonly unknown[]): string {
  return tilePath({ index: BigInt(index), width });
}

function inGroups<T>(all: readonly T[]): T[][] {
  const count = Math.ceil(all.length / tileWidth);
  return Array.from({ length: count }, (_, at) => all.slice(at * tileWidth, (at + 1) * tileWidth));
}
