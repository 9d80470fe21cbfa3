import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fromHex } from "#domain/log/bytes.ts";
import { entryLeaf } from "#domain/log/entry.ts";
import type { LogEntry } from "#store/entries.ts";
import { Mirror } from "./mirror.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coldmark-mirror-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytes = (fill: number, length = 32) => new Uint8Array(length).fill(fill);
function entry(index: number): LogEntry {
  const hex = (fill: number) => Buffer.from(bytes(fill)).toString("hex");
  const leaf = entryLeaf({ v: 1, stream: hex(1), seq: index, prev: hex(2), commit: hex(3) });
  return {
    ...{ index, stream: bytes(1), seq: index, prev: bytes(2), commit: bytes(3), leaf: fromHex(leaf) },
    ...{ subject: "s", kind: "k", fromMs: 1, toMs: 2, salt: bytes(4, 16), bodySalt: null, body: null },
    appendedAt: 0,
  };
}
const entries = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => entry(from + at));

it("keeps 256 entries a file and goes on after a restart", () => {
  new Mirror(folder).write(entries(0, 300));
  const again = new Mirror(folder);
  expect(again.size).toBe(300);
  again.write(entries(300, 600));
  expect(new Mirror(folder).size).toBe(600);
  const lines = (name: string) =>
    readFileSync(join(folder, "entries/000", name), "utf8").split("\n").length - 1;
  expect(["000.jsonl", "001.jsonl", "002.jsonl"].map(lines)).toEqual([256, 256, 88]);
});

it("recomputes leaves from its lines", () => {
  const mirror = new Mirror(folder);
  mirror.write(entries(0, 258));
  expect(mirror.leafAt(257)).toEqual(entry(257).leaf);
});

it("cuts off the line that a crash left unfinished", () => {
  new Mirror(folder).write(entries(0, 3));
  appendFileSync(join(folder, "entries/000/000.jsonl"), '{"index":3,"sub');
  const mirror = new Mirror(folder);
  expect(mirror.size).toBe(3);
  mirror.write(entries(3, 4));
  expect(mirror.leafAt(3)).toEqual(entry(3).leaf);
});

it("refuses entries that don't follow", () => {
  expect(() => new Mirror(folder).write(entries(1, 2))).toThrow("the mirror has 0 entries");
});

it.each([
  [3, "within a file", "000.jsonl"],
  [256, "where the next one begins", "001.jsonl"],
])("refuses to go on after %i entries where the folder was emptied meanwhile, %s", (size, _, next) => {
  const mirror = new Mirror(folder);
  mirror.write(entries(0, size));
  expect(mirror.isAsLeft()).toBe(true);
  rmSync(join(folder, "entries"), { recursive: true });
  expect(mirror.isAsLeft()).toBe(false);
  expect(() => mirror.write(entries(size, size + 2))).toThrow("changed by somebody else");
  expect(existsSync(join(folder, "entries/000", next))).toBe(false);
  const again = new Mirror(folder);
  again.write(entries(0, size + 2));
  expect(new Mirror(folder).size).toBe(size + 2);
});

it("refuses to go on where its newest file, or the one that would be next, is another one", () => {
  const mirror = new Mirror(folder);
  mirror.write(entries(0, 256));
  const next = join(folder, "entries/000/001.jsonl");
  writeFileSync(next, "somebody's\n");
  expect(() => mirror.write(entries(256, 257))).toThrow("changed by somebody else");
  rmSync(next);
  mirror.write(entries(256, 257));
  appendFileSync(next, "somebody's\n");
  expect(() => mirror.write(entries(257, 258))).toThrow("changed by somebody else");
});

it("names a line that is no entry of that place", () => {
  new Mirror(folder).write(entries(0, 2));
  appendFileSync(join(folder, "entries/000/000.jsonl"), "nonsense\n");
  expect(new Mirror(folder).leafAt(2)).toBeNull();
});
