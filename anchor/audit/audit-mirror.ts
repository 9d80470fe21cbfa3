import { readFile } from "node:fs/promises";
import { fromHex } from "#domain/log/bytes.ts";
import type { LogEntry } from "#store/entries.ts";
import {
  entriesPerFile,
  type MirrorLine,
  mirrorEntriesIn,
  mirrorLineOf,
  mirrorPath,
} from "../mirror-line.ts";
import { entryFault, isErased } from "./check-entry.ts";
import type { Finding } from "./finding.ts";
import { copyDiffers, type KeptCopy } from "./kept-copy.ts";

/** What the second place says of an entry: the same, something else, or the content that the records have no more. */
type Line = "same" | "other" | "fuller";

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
    const own = rows
      .map((row, at) => ({ row, leaf: leaves[at] as Uint8Array }))
      .filter(({ row }) => row.index < this.#size);
    for (const [file, group] of Map.groupBy(own, ({ row }) => Math.floor(row.index / entriesPerFile))) {
      const path = mirrorPath(this.#folder, file);
      const lines = (await readFile(path, "utf8").catch(() => "")).split("\n");
      const lineOf = ({ index }: LogEntry) => lines[index % entriesPerFile];
      const said = Map.groupBy(group, ({ row, leaf }) => compare(lineOf(row), row, leaf));
      this.#tell(said.get("other"), "not in the second place of the log as the records have it", path);
      this.#tell(
        said.get("fuller"),
        "in the second place of the log with the content that the records lost",
        path,
      );
    }
  }

  #tell(group: readonly { readonly row: LogEntry }[] | undefined, words: string, path: string): void {
    const [first, last] = [group?.[0]?.row.index, group?.at(-1)?.row.index];
    if (group === undefined || first === undefined) return;
    const which =
      first === last ? `entry ${first} is` : `${group.length} entries from ${first} to ${last} are`;
    this.findings.push(copyDiffers(`${which} ${words} (${path})`));
  }
}

function compare(line: string | undefined, row: LogEntry, leaf: Uint8Array): Line {
  if (`${line}\n` === mirrorLineOf(row)) return "same";
  return line !== undefined && isErased(row) && opens(line, row, leaf) ? "fuller" : "other";
}

/** Whether a line holds what the entry committed to. */
function opens(line: string, row: LogEntry, leaf: Uint8Array): boolean {
  try {
    const { salt, bodySalt, body } = JSON.parse(line) as MirrorLine;
    const opened = { ...row, salt: bytesOrNull(salt), bodySalt: bytesOrNull(bodySalt), body };
    return !isErased(opened) && entryFault(opened, leaf) === null;
  } catch {
    return false;
  }
}

function bytesOrNull(hex: string | null): Uint8Array | null {
  return hex === null ? null : fromHex(hex);
}
