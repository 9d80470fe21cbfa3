import { describe, expect, it } from "vitest";
import { leafHash, treeRoot } from "./merkle.ts";
import { entriesInTile, entryTilesOf, nodeFromTile, tileOfNode, tilePath } from "./tile-places.ts";

describe("a tile", () => {
  it.each([
    [0, 256, "tile/0/000"],
    [999, 256, "tile/0/999"],
    [1000, 256, "tile/0/x001/000"],
    [1_234_067, 256, "tile/0/x001/x234/067"],
    [1_234_067, 9, "tile/0/x001/x234/067.p/9"],
  ])("number %i of width %i lies at %s", (index, width, path) => {
    expect(tilePath({ level: 0, index, width })).toBe(path);
  });

  it("holds the hash of every complete subtree", () => {
    const leaves = Array.from({ length: 700 }, (_, at) => leafHash(Uint8Array.of(at >> 8, at & 255)));
    for (const [level, index] of [
      [0, 0n],
      [0, 699n],
      [3, 86n],
      [7, 4n],
      [8, 1n],
      [9, 0n],
    ] as const) {
      const { tile, ...range } = tileOfNode({ level, index }, 700n);
      const below =
        tile.level === 1 ? [0, 1].map((at) => treeRoot(leaves.slice(at * 256, at * 256 + 256))) : leaves;
      const bytes = Buffer.concat(below.slice(tile.index * 256, tile.index * 256 + tile.width));
      const [from, to] = [Number(index) * 2 ** level, (Number(index) + 1) * 2 ** level];
      expect(nodeFromTile(new Uint8Array(bytes), range)).toEqual(treeRoot(leaves.slice(from, to)));
    }
  });

  it("of entries is cut at their lengths, and refused where it is short or torn", () => {
    expect(entryTilesOf(513).map(({ index, width }) => [index, width])).toEqual([
      [0, 256],
      [1, 256],
      [2, 1],
    ]);
    const bytes = Uint8Array.of(0, 2, 7, 8, 0, 0, 0, 1, 9);
    expect(entriesInTile(bytes, 3).map((one) => [...one])).toEqual([[7, 8], [], [9]]);
    expect(entriesInTile(bytes, 1)).toHaveLength(1);
    for (const [torn, width] of [
      [bytes, 4],
      [bytes.slice(0, -1), 3],
      [bytes.slice(0, 1), 1],
    ] as const)
      expect(() => entriesInTile(torn, width)).toThrow("does not hold");
  });
});
