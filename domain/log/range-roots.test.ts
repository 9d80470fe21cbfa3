import { describe, expect, it } from "vitest";
import { toHex } from "./bytes.ts";
import { leafHash, treeRoot } from "./merkle.ts";
import { RangeRoots, type SealedRange } from "./range-roots.ts";

const hashOf = (id: number) => new Uint8Array(32).fill(id);
const rangeOf = (from: number, to: number, ids: readonly number[]): SealedRange => ({
  ...{ from, to, count: ids.length },
  root: toHex(treeRoot(ids.map((id) => leafHash(hashOf(id))))),
});

function differing(ranges: readonly SealedRange[], ids: readonly number[]) {
  const roots = new RangeRoots(ranges);
  for (const id of ids) roots.add(id, hashOf(id));
  return roots.end().map(({ range, found }) => [range.from, range.to, found]);
}

describe("messages held against sealed ranges", () => {
  const ranges = [
    rangeOf(1, 3, [1, 2, 3]),
    rangeOf(4, 3, []),
    rangeOf(4, 9, [4, 7]),
    rangeOf(20, 21, [20, 21]),
  ];

  it("finds nothing where they are those that were sealed, holes between ids and ranges included", () => {
    expect(differing(ranges, [1, 2, 3, 4, 7, 15, 20, 21])).toEqual([]);
    expect(differing(ranges.toReversed(), [1, 2, 3, 4, 7, 15, 20, 21])).toEqual([]);
  });

  it("finds the range that a message is missing from, was added to, or is another in", () => {
    expect(differing(ranges, [1, 3, 4, 7, 20, 21])).toEqual([[1, 3, 2]]);
    expect(differing(ranges, [1, 2, 3, 4, 5, 7, 20, 21])).toEqual([[4, 9, 3]]);
    expect(differing([rangeOf(1, 2, [1, 9])], [1, 2])).toEqual([[1, 2, 2]]);
  });

  it("finds ranges that no message came for, and judges each of two that overlap", () => {
    expect(differing(ranges, [1, 2, 3])).toEqual([
      [4, 9, 0],
      [20, 21, 0],
    ]);
    expect(differing([rangeOf(1, 4, [1, 2, 4]), rangeOf(2, 5, [2, 4])], [1, 2, 4, 5])).toEqual([[2, 5, 3]]);
  });
});
