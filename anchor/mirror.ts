import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fromHex } from "#domain/log/bytes.ts";
import { entryLeaf } from "#domain/log/entry.ts";
import type { LogEntry } from "#store/entries.ts";
import { entriesPerFile, type MirrorLine, mirrorEntriesIn, mirrorLineOf, mirrorPath } from "./mirror-line.ts";

const appending = constants.O_WRONLY | constants.O_APPEND;

/**
 * The log's second place (design §5): append-only files `entries/000/012.jsonl` of 256 entries each, from which a restore
 * replays the log. What is here is durable before the chain's head covers it.
 */
export class Mirror {
  readonly #folder: string;
  #size: number;
  /** Of the file that holds the newest entry, in bytes. */
  #length: number;

  /** Opens the mirror in a folder; a line that a crash left unfinished is cut off. */
  constructor(folder: string) {
    this.#folder = mirrorEntriesIn(folder);
    this.#size = finishedLines(this.#folder);
    this.#length = this.#newestLength();
  }

  /** How many entries are durable here. */
  get size(): number {
    return this.#size;
  }

  /** Whether the newest files are as we left them; not so where somebody emptied, unmounted or mounted the folder meanwhile. */
  isAsLeft(): boolean {
    const isNextNew = !this.#isAtStart() || lengthOf(this.#pathOf(this.#size / entriesPerFile)) === 0;
    return isNextNew && this.#newestLength() === this.#length;
  }

  /** Writes the next entries and waits until the disk has them. @throws when they don't follow what is here */
  write(rows: readonly LogEntry[]): void {
    for (const [file, group] of Map.groupBy(rows, ({ index }) => Math.floor(index / entriesPerFile))) {
      if (group[0]?.index !== this.#size)
        throw new Error(`the mirror has ${this.#size} entries, not ${group[0]?.index}`);
      if (!this.isAsLeft()) throw new Error("the mirror was changed by somebody else");
      const isNew = this.#isAtStart();
      const bytes = Buffer.from(group.map(mirrorLineOf).join(""));
      appendDurably(this.#pathOf(file), bytes, isNew);
      this.#size += group.length;
      this.#length = bytes.length + (isNew ? 0 : this.#length);
    }
  }

  /** The leaf hash of the entry at an index, recomputed from its line; null where the line is not an entry. */
  leafAt(index: number): Uint8Array | null {
    const lines = readFileSync(this.#pathOf(Math.floor(index / entriesPerFile)), "utf8").split("\n");
    try {
      const line = JSON.parse(lines[index % entriesPerFile] ?? "") as MirrorLine;
      return line.index === index ? fromHex(entryLeaf(line.entry)) : null;
    } catch {
      return null;
    }
  }

  /** Whether the next entry begins a file. */
  #isAtStart(): boolean {
    return this.#size % entriesPerFile === 0;
  }

  #newestLength(): number {
    return this.#size === 0 ? 0 : lengthOf(this.#pathOf(Math.floor((this.#size - 1) / entriesPerFile)));
  }

  #pathOf(file: number): string {
    return mirrorPath(this.#folder, file);
  }
}

/** All of the bytes are on disk, or none of them is in the file; only a file that begins is created. */
function appendDurably(path: string, bytes: Uint8Array, isNew: boolean): void {
  if (isNew) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, appending | (isNew ? constants.O_CREAT : 0), 0o600);
  const length = fstatSync(file).size;
  try {
    writeWhole(file, bytes);
    fsyncSync(file);
  } catch (error) {
    ftruncateSync(file, length);
    throw error;
  } finally {
    closeSync(file);
  }
  if (isNew) for (const folder of [dirname(path), dirname(dirname(path))]) syncFolder(folder);
}

/** One write may take less than it was given: a nearly full disk, a limit, a signal. */
function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

/** A new file survives a power cut only once its folder is on disk too. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}

/** 0 where there is no such file. */
function lengthOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function finishedLines(folder: string): number {
  const group = lastOf(folder);
  const file = group === null ? null : lastOf(join(folder, group));
  if (group === null || file === null) return 0;
  const path = join(folder, group, file);
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(0x0a) + 1;
  if (end < bytes.length) truncateSync(path, end);
  const lines = bytes.subarray(0, end).filter((byte) => byte === 0x0a).length;
  return (Number(group) * 1000 + Number.parseInt(file, 10)) * entriesPerFile + lines;
}

function lastOf(folder: string): string | null {
  if (!existsSync(folder)) return null;
  return (
    readdirSync(folder)
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
      .at(-1) ?? null
  );
}
