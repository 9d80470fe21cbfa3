import { describe, expect, it } from "vitest";
import { compareTrees, type FetchNode, type LogTree } from "./compare-trees.ts";
import { leafHash, treeRoot } from "./merkle.ts";

const leavesOf = (count: number, turned = -1) =>
  Array.from({ length: count }, (_, at) => leafHash(Uint8Array.of(at, at === turned ? 1 : 0)));
const treeOf = (leaves: readonly Uint8Array[]): LogTree => ({
  size: BigInt(leaves.length),
  root: treeRoot(leaves),
});
/** The tiles of a log as an honest host has them. */
const nodesOf =
  (leaves: readonly Uint8Array[]): FetchNode =>
  async ({ level, index }) =>
    treeRoot(leaves.slice(Number(index) * 2 ** level, (Number(index) + 1) * 2 ** level));
const sizes = [1, 2, 3, 4, 5, 7, 8, 12, 13];
const pairs = sizes.flatMap((older) => sizes.filter((newer) => newer > older).map((newer) => [older, newer]));

describe("two states of a log", () => {
  it.each(pairs)(
    "of %i and %i entries are one history or two, and never one by foreign hashes",
    async (older, newer) => {
      const leaves = leavesOf(newer as number);
      const [small, large] = [treeOf(leaves.slice(0, older)), treeOf(leaves)];
      const nodes = nodesOf(leaves);
      expect(await compareTrees(small, large, nodes)).toBe("extends");
      expect(await compareTrees(large, small, nodes)).toBe("extends");
      const other = treeOf(leavesOf(older as number, (older as number) - 1));
      expect(await compareTrees(other, large, nodes)).toBe("forked");
      const foreign = nodesOf(leavesOf(newer as number, (newer as number) - 1));
      expect(await compareTrees(small, large, foreign)).toBe("unproved");
      expect(await compareTrees(other, large, foreign)).toBe("unproved");
    },
  );

  it("of one size are one history by their roots alone", async () => {
    const none: FetchNode = () => Promise.reject(new Error("no tiles"));
    const tree = treeOf(leavesOf(5));
    expect(await compareTrees(tree, treeOf(leavesOf(5)), none)).toBe("extends");
    expect(await compareTrees(tree, treeOf(leavesOf(5, 2)), none)).toBe("forked");
    expect(await compareTrees(tree, treeOf(leavesOf(6)), none)).toBe("unproved");
  });
});
