import { createHash } from "node:crypto";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { InboxMessage } from "#store/inbox.ts";
import { readExport } from "./read-export.ts";
import { writeExport } from "./write-export.ts";

const hashOf = (bytes: Uint8Array) => new Uint8Array(createHash("sha256").update(bytes).digest());

function messageOf(id: number, payload: Uint8Array): InboxMessage {
  const names = { gateway: "gw-1", topic: "coldmark/v1/gw-1/数据", lane: "data", door: "embedded" };
  return { id, receivedAt: 1_700_000_000_000 + id, ...names, payload, sha256: hashOf(payload) };
}

async function* inPages(messages: readonly InboxMessage[], size: number): AsyncGenerator<InboxMessage[]> {
  for (let from = 0; from < messages.length; from += size) yield messages.slice(from, from + size);
}

describe("the file of an exported day", () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "coldmark-export-"));
    path = join(folder, "inbox-1.jsonl.gz");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const readBack = async (sha256: Uint8Array) => {
    const pages: InboxMessage[][] = [];
    for await (const page of readExport({ part: 1, path, sha256 })) pages.push(page);
    return pages;
  };
  const messages = Array.from({ length: 2_500 }, (_, at) =>
    messageOf(
      at + 1,
      Uint8Array.from({ length: at % 300 }, (__, byte) => (at * 7 + byte) & 0xff),
    ),
  );

  it("gives back what was written, in pages, whatever the payload's bytes", async () => {
    const sha256 = await writeExport(path, inPages(messages, 700));
    expect(sha256).toEqual(hashOf(readFileSync(path)));
    const pages = await readBack(sha256);
    expect(pages.map((page) => page.length)).toEqual([1_000, 1_000, 500]);
    expect(pages.flat()).toEqual(messages);
  });

  it("is a line of JSON for each message, which any program reads", async () => {
    await writeExport(path, inPages([messageOf(5, Uint8Array.of(0, 255))], 1));
    expect(JSON.parse(gunzipSync(readFileSync(path)).toString())).toEqual({
      ...{ id: 5, receivedAt: 1_700_000_000_005, gateway: "gw-1", topic: "coldmark/v1/gw-1/数据" },
      ...{ lane: "data", door: "embedded", payload: "AP8=" },
      sha256: Buffer.from(hashOf(Uint8Array.of(0, 255))).toString("hex"),
    });
  });

  it("takes a message larger than a page, and a day without messages", async () => {
    const large = messageOf(1, new Uint8Array(5 * 1024 * 1024).fill(7));
    const pages = await readBack(
      await writeExport(path, inPages([large, messageOf(2, new Uint8Array())], 1)),
    );
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([[1], [2]]);
    expect(pages[0]?.[0]?.payload).toEqual(large.payload);
    expect(await readBack(await writeExport(path, inPages([], 1)))).toEqual([]);
  });

  it.each([
    ["is longer", () => appendFileSync(path, "x"), "SHA-256 differs"],
    ["is cut off", () => truncateSync(path, 200), "SHA-256 differs"],
    ["is not there", () => rmSync(path), "is not there"],
  ])("is refused when it %s", async (_, change, words) => {
    const sha256 = await writeExport(path, inPages(messages, 700));
    change();
    const refused = { code: "EXPORT_CHANGED", facts: { part: 1 }, message: expect.stringContaining(words) };
    await expect(readBack(sha256)).rejects.toMatchObject(refused);
  });

  it.each([
    ["no gzip", Buffer.from("plain text\n")],
    ["a line that is no message", gzipSync('{"id":"one"}\n')],
    ["a last line that is cut off", gzipSync('{"id":1')],
  ])("is refused in words when it holds %s", async (_, bytes) => {
    writeFileSync(path, bytes);
    await expect(readBack(hashOf(bytes))).rejects.toMatchObject({
      code: "EXPORT_CHANGED",
      message: expect.stringContaining("cannot be read"),
    });
  });

  it("stops writing when it is told to", async () => {
    const ending = new AbortController();
    async function* endless(): AsyncGenerator<InboxMessage[]> {
      for (let id = 1; ; id += 1) {
        if (id === 20) ending.abort();
        yield [messageOf(id, new Uint8Array(1_000))];
      }
    }
    await expect(writeExport(path, endless(), ending.signal)).rejects.toMatchObject({ name: "AbortError" });
  });
});
