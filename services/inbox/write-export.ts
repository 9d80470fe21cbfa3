import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { InboxMessage } from "#store/inbox.ts";
import { writeLine } from "./export-line.ts";

/**
 * Writes messages to a file, gzipped, one JSON a line, and waits until the disk has them; gives the SHA-256 of the file.
 * No more than a page is held in memory.
 */
export async function writeExport(
  path: string,
  pages: AsyncIterable<readonly InboxMessage[]>,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const hash = createHash("sha256");
  await pipeline(
    Readable.from(linesOf(pages)),
    createGzip(),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(path, { mode: 0o600, flush: true }),
    signal === undefined ? {} : { signal },
  );
  return new Uint8Array(hash.digest());
}

async function* linesOf(pages: AsyncIterable<readonly InboxMessage[]>): AsyncGenerator<string> {
  for await (const page of pages) for (const message of page) yield writeLine(message);
}
