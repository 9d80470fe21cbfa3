import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { AppError } from "#domain/errors.ts";
import { equalBytes } from "#domain/log/bytes.ts";
import type { InboxMessage } from "#store/inbox.ts";
import { lineMax, readLine } from "./export-line.ts";

/** A file that a part of the inbox was exported to, and the SHA-256 it had then. */
export interface ExportedFile {
  readonly part: number;
  readonly path: string;
  readonly sha256: Uint8Array;
}

const messagesPerPage = 1_000;
const bytesPerPage = 4 * 1024 * 1024;

/**
 * The messages of an exported part in pages, in the order of their ids, once the whole file was held against its SHA-256.
 * @throws AppError EXPORT_CHANGED with `facts.part` when it is not there, or is not the file that was written
 */
export async function* readExport(file: ExportedFile): AsyncGenerator<InboxMessage[]> {
  await requireSameFile(file);
  try {
    yield* pagesOf(file.path);
  } catch (error) {
    throw spoilt(file, "cannot be read", error);
  }
}

/** Holds a file against the SHA-256 it was exported with. @throws AppError EXPORT_CHANGED with `facts.part` */
export async function requireSameFile(file: ExportedFile): Promise<void> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(file.path, { highWaterMark: 1 << 18 })) hash.update(chunk);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw spoilt(file, isMissing ? "is not there" : "cannot be read", error);
  }
  if (!equalBytes(new Uint8Array(hash.digest()), file.sha256))
    throw spoilt(file, "is not the one that was written: its SHA-256 differs");
}

function spoilt({ part, path }: ExportedFile, words: string, cause?: unknown): AppError {
  const detail = `the file ${path} with the messages of part ${part} of the inbox ${words}`;
  return new AppError("EXPORT_CHANGED", detail, { part }, cause);
}

async function* pagesOf(path: string): AsyncGenerator<InboxMessage[]> {
  let page: InboxMessage[] = [];
  let bytes = 0;
  for await (const line of linesOf(path)) {
    const message = readLine(line);
    page.push(message);
    bytes += message.payload.length;
    if (page.length < messagesPerPage && bytes < bytesPerPage) continue;
    yield page;
    [page, bytes] = [[], 0];
  }
  if (page.length > 0) yield page;
}

async function* linesOf(path: string): AsyncGenerator<string> {
  // A fault of either stream ends the loop below; the callback only keeps it from being thrown a second time.
  const content = pipeline(createReadStream(path), createGunzip({ chunkSize: 1 << 16 }), () => {});
  content.setEncoding("utf8");
  let begun: string[] = [];
  let length = 0;
  for await (const chunk of content as AsyncIterable<string>) {
    const [head = "", ...lines] = chunk.split("\n");
    begun.push(head);
    length += head.length;
    if (length > lineMax) throw new Error(`a line is longer than ${lineMax} characters`);
    if (lines.length === 0) continue;
    const tail = lines.pop() ?? "";
    yield begun.join("");
    yield* lines;
    [begun, length] = [[tail], tail.length];
  }
  if (length > 0) throw new Error("the last line is cut off");
}
