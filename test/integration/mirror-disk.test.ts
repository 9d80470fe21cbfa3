import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Mirror } from "#anchor/mirror.ts";
import type { LogEntry } from "#store/entries.ts";

const disk = vi.hoisted(() => ({ atMost: Number.POSITIVE_INFINITY, left: Number.POSITIVE_INFINITY }));
vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs")>();
  const writeSync = (file: number, data: string | Uint8Array, from = 0) => {
    const bytes = Buffer.from(data as string).subarray(from);
    if (disk.left === 0) throw Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const taken = Math.min(bytes.length, disk.atMost, disk.left);
    disk.left -= taken;
    return real.writeSync(file, bytes.subarray(0, taken));
  };
  return { ...real, writeSync };
});

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coldmark-mirror-"));
  disk.atMost = disk.left = Number.POSITIVE_INFINITY;
});
afterEach(() => rmSync(folder, { recursive: true }));

const bytes = (fill: number) => new Uint8Array(32).fill(fill);
const entry = (index: number): LogEntry => ({
  ...{ index, stream: bytes(1), seq: index, prev: bytes(2), commit: bytes(3), leaf: bytes(5) },
  ...{ subject: "药", kind: "k", fromMs: 1, toMs: 2, salt: null, bodySalt: null, body: null },
  appendedAt: 0,
});
const text = () => readFileSync(join(folder, "entries/000/000.jsonl"), "utf8");

it("writes on where the disk took less than it was given, also within a character", () => {
  disk.atMost = 7;
  new Mirror(folder).write([entry(0), entry(1)]);
  expect(
    text()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toMatchObject([
    { index: 0, subject: "药" },
    { index: 1, subject: "药" },
  ]);
});

it("leaves the file as it was when the disk is full, and goes on when there is room", () => {
  const mirror = new Mirror(folder);
  mirror.write([entry(0)]);
  const before = text();
  disk.left = before.length + 10;
  expect(() => mirror.write([entry(1), entry(2)])).toThrow("no space left");
  expect([mirror.size, text()]).toEqual([1, before]);
  disk.left = Number.POSITIVE_INFINITY;
  mirror.write([entry(1)]);
  expect([mirror.size, new Mirror(folder).size]).toEqual([2, 2]);
});
