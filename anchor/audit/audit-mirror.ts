import { readFile } from "node:fs/promises";
import { equalBytes, fromHex } from "#domain/log/bytes.ts";
import { entryLeaf } from "#domain/log/entry.ts";
import type { LogEntry } from "#store/entries.ts";
import {
  entriesPerFile,
  type MirrorLine,
  mirrorEntriesIn,
  mirrorLineOf,
  mirrorPath,
} from "../mirror-line.ts";
import type { Finding } from "./finding.ts";
import { copyDiffers, type KeptCopy } from "./kept-copy.ts";

/** Holds the log's second place, from which a restore would come, against the first `size` entries; changes nothing there. */
export class MirrorAudit implements KeptCopy {
  readonly findings: Finding[] = [];
  readonly #folder: string;
  readonly #size: number;

  constructor(folder: string, size: number) {
    this.#folder = mirrorEntriesIn(folder);
    this.#size = size;
  }

  async add(rows: readonly LogEntry[], leaves: readonly Uint8Array[]): Promise<void> {
    const leafOf = (at: number) => leaves[at] as Uint8Array;
    const own = rows
      .map((row, at) => ({ row, leaf: leafOf(at) }))
      .filter(({ row }) => row.index < this.#size);
    for (const [file, group] of Map.groupBy(own, ({ row }) => Math.floor(row.index / entriesPerFile))) {
      const path = mirrorPath(this.#folder, file);
      const lines = (await readFile(path, "utf8").catch(() => "")).split("\n");
      const differing = group.filter(({ row, leaf }) => !says(lines[row.index % entriesPerFile], row, leaf));
      const [first, last] = [differing[0]?.row.index, differing.at(-1)?.row.index];
      if (first === undefined) continue;
      const which =
        first === last ? `entry ${first} is` : `${differing.length} entries from ${first} to ${last} are`;
      this.findings.push(
        copyDiffers(`${which} not in the second place of the log as the records have it (${path})`),
      );
    }
  }
}

/** What the records erased since is held by its public part alone. */
function says(line: string | undefined, row: LogEntry, leaf: Uint8Array): boolean {
  if (line === undefined || row.body !== null) return `${line}\n` === mirrorLineOf(row);
  try {
    return equalBytes(fromHex(entryLeaf((JSON.parse(line) as MirrorLine).entry)), leaf);
  } catch {
    return false;
  }
}
