import { expect, it } from "vitest";
import { keepTiles } from "./keep-tiles.ts";
import type { TilePlace } from "./tile.ts";

const place = (level: number, index: bigint, width = 256): TilePlace => ({ level, index, width });

it("reads upper tiles once for each width, leaves each time, and keeps no failure", async () => {
  const asked: TilePlace[] = [];
  let isDown = true;
  const read = keepTiles(async (places) => {
    asked.push(...places);
    if (isDown) throw new Error("down");
    return places.map(({ level, width }) => new Uint8Array(width).fill(level));
  });
  await expect(read([place(1, 0n)])).rejects.toThrow("down");
  isDown = false;
  const wanted = [place(0, 7n), place(1, 0n), place(1, 0n, 3)];
  const first = await read(wanted);
  expect(first.map((bytes) => [bytes.length, bytes[0]])).toEqual([
    [256, 0],
    [256, 1],
    [3, 1],
  ]);
  expect((await read(wanted))[1]).toBe(first[1]);
  expect(asked).toEqual([place(1, 0n), ...wanted, place(0, 7n)]);
});

it("lets the tile go that was asked for longest ago", async () => {
  let reads = 0;
  const read = keepTiles(async (places) => {
    reads += places.length;
    return places.map(() => new Uint8Array(1));
  });
  for (let index = 0n; index < 300n; index += 1n) await read([place(1, index), place(1, 0n)]);
  expect(reads).toBe(300);
  await read([place(1, 1n)]);
  expect(reads).toBe(301);
});
