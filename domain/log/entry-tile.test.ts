import { expect, it } from "vitest";
import { decodeEntryTile } from "./entry-tile.ts";

it("a tile of entries is cut at their lengths, and refused where it is short or torn", () => {
  const bytes = Uint8Array.of(0, 2, 7, 8, 0, 0, 0, 1, 9);
  expect(decodeEntryTile(bytes, 3).map((one) => [...one])).toEqual([[7, 8], [], [9]]);
  expect(decodeEntryTile(bytes, 1)).toHaveLength(1);
  for (const [torn, width] of [
    [bytes, 4],
    [bytes.slice(0, -1), 3],
    [bytes.slice(0, 1), 1],
  ] as const)
    expect(() => decodeEntryTile(torn, width)).toThrow("does not hold");
});
