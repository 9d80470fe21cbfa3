import { describe, expect, it } from "vitest";
import { compareTrees, type LogTree } from "./compare-trees.ts";
import { leafHash, treeRoot } from "./merkle.ts";
import { growTiles, type ReadTiles } from "./tile.ts";

const leavesOf = (count: number, turned = -1) =>
  Array.from({ length: count }, (_, at) => leafHash(Uint8Array.of(at >> 8, at & 255, at === turned ? 1 : 0)));
const treeOf = (leaves: readonly Uint8Array[]): LogTree => ({
  size: BigInt(leaves.length),
  root: treeRoot(leaves),
});
/** The tiles of a log as an honest host has them. */
const tilesOf = async (leaves: readonly Uint8Array[]): Promise<ReadTiles> => {
  const tiles = await growTiles(0n, leaves, async () => []);
  const hashes = new Map(tiles.map((tile) => [`${tile.level}/${tile.index}`, tile.hashes]));
  return async (places) => places.map(({ level, index }) => hashes.get(`${level}/${index}`) as Uint8Array);
};
const sizes = [1, 2, 3, 4, 5, 7, 8, 12, 13];
const pairs = [
  ...sizes.flatMap((older) => sizes.filter((newer) => newer > older).map((newer) => [older, newer])),
  ...[
    [200, 256],
    [256, 700],
    [300, 513],
  ],
];

describe("two states of a log", () => {
  it.each(pairs)(
    "of %i and %i entries are one history or two, and never one by foreign hashes",
    async (older, newer) => {
      const leaves = leavesOf(newer as number);
      const [small, large] = [treeOf(leaves.slice(0, older)), treeOf(leaves)];
      const tiles = await tilesOf(leaves);
      expect(await compareTrees(small, large, tiles)).toBe("extends");
      expect(await compareTrees(large, small, tiles)).toBe("extends");
      const other = treeOf(leavesOf(older as number, (older as number) - 1));
      expect(await compareTrees(other, large, tiles)).toBe("forked");
      const foreign = await tilesOf(leavesOf(newer as number, (newer as number) - 1));
      expect(await compareTrees(small, large, foreign)).toBe("unproved");
      expect(await compareTrees(other, large, foreign)).toBe("unproved");
    },
  );

  it("of one size are one history by their roots alone", async () => {
    const none: ReadTiles = () => Promise.reject(new Error("no tiles"));
    const tree = treeOf(leavesOf(5));
    expect(await compareTrees(tree, treeOf(leavesOf(5)), none)).toBe("extends");
    expect(await compareTrees(tree, treeOf(leavesOf(5, 2)), none)).toBe("forked");
    expect(await compareTrees(tree, treeOf(leavesOf(6)), none)).toBe("unproved");
  });
});
