import { readFile } from "node:fs/promises";
import { AppError } from "#domain/errors.ts";
import { fromHex } from "#domain/log/bytes.ts";
import type { LogEntry } from "#store/entries.ts";
import { leafOf } from "../audit/check-entry.ts";
import { type MirrorLine, mirrorEntriesIn, mirrorLineOf, mirrorPath } from "../mirror-line.ts";

/**
 * The entries that a second place holds, file after file, each with its leaf hash computed; `appendedAt` isn't kept there and is 0.
 * A line that a crash left unfinished at the very end is left out, as `Mirror` would cut it off.
 * @throws AppError CONFLICT where a line is not what the worker writes there
 */
export async function* readCopy(folder: string): AsyncGenerator<readonly LogEntry[]> {
  for (let file = 0; ; file += 1) {
    const path = mirrorPath(mirrorEntriesIn(folder), file);
    const text = await readFile(path, "utf8").catch(nothingIfMissing);
    if (text === null) return;
    const lines = text.split("\n").slice(0, -1);
    yield lines.map((line, at) => entryOf(line, `line ${at + 1} of ${path}`));
  }
}

function nothingIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === "ENOENT") return null;
  throw error;
}

function entryOf(line: string, where: string): LogEntry {
  const row = rowOf(line);
  if (row === null || mirrorLineOf(row) !== `${line}\n`)
    throw new AppError("CONFLICT", `${where} is not an entry as it is written there`);
  return { ...row, leaf: leafOf(row) };
}

/** Whatever can't be read is null, and so is what `mirrorLineOf` can't say again. */
function rowOf(line: string): LogEntry | null {
  try {
    const { index, subject, entry, salt, header, bodySalt, body } = JSON.parse(line) as MirrorLine;
    const hash = { stream: fromHex(entry.stream), prev: fromHex(entry.prev), commit: fromHex(entry.commit) };
    const opening = { salt: bytesOrNull(salt), bodySalt: bytesOrNull(bodySalt), body };
    const { kind, from: fromMs, to: toMs } = header;
    const place = { index, subject, seq: entry.seq, kind, fromMs, toMs };
    return { ...place, ...hash, ...opening, leaf: new Uint8Array(), appendedAt: 0 };
  } catch {
    return null;
  }
}

function bytesOrNull(hex: string | null): Uint8Array | null {
  return hex === null ? null : fromHex(hex);
}
