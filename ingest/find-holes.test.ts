import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findHoles, type SeqRange, within, without } from "./find-holes.ts";

const members = (ranges: readonly SeqRange[]) =>
  new Set(ranges.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, n) => from + n)));
const someRanges = fc.array(
  fc
    .tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 6 }))
    .map(([from, length]): SeqRange => [from, from + length]),
  { maxLength: 5 },
);

describe("holes", () => {
  it.each([
    [{ upTo: 5, also: [] }, []],
    [{ upTo: 0, also: [[3, 3]] }, [[1, 2]]],
    [
      {
        upTo: 4,
        also: [
          [6, 7],
          [11, 11],
        ],
      },
      [
        [5, 5],
        [8, 10],
      ],
    ],
  ] as const)("of %j are %j", (sequence, holes) => {
    expect(findHoles(sequence)).toEqual(holes);
  });

  it("are what neither upTo nor a range covers, up to the highest one", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1 }), (seqs) => {
        const sorted = [...seqs].sort((a, b) => a - b);
        const also = sorted.map((seq): [number, number] => [seq, seq]);
        const missing = members(findHoles({ upTo: 0, also }));
        for (let seq = 1; seq <= (sorted.at(-1) ?? 0); seq += 1)
          expect(missing.has(seq)).toBe(!seqs.includes(seq));
      }),
    );
  });

  it("can be parted into those that others cover and those that none does", () => {
    fc.assert(
      fc.property(someRanges, someRanges, (ranges, others) => {
        const [all, covered] = [members(ranges), members(others)];
        expect(members(without(ranges, others))).toEqual(new Set([...all].filter((n) => !covered.has(n))));
        expect(members(within(ranges, others))).toEqual(new Set([...all].filter((n) => covered.has(n))));
      }),
    );
  });
});
