import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { ReadingRow } from "./bundle.ts";
import { readingsRoot } from "./check-readings.ts";
import { inOrderOfTime, ReadingCollector, rowsIn } from "./reading-columns.ts";
import { ReadingLeaves } from "./reading-leaves.ts";

const columnsOf = (rows: readonly ReadingRow[]) => {
  const collector = new ReadingCollector(rows.length);
  for (const row of rows) collector.add(...row);
  return collector.columns();
};
const wholeOf = (rows: readonly ReadingRow[]) => {
  const columns = inOrderOfTime(columnsOf(rows));
  return { columns, first: 0, end: rows.length };
};
const rootOf = (rows: readonly ReadingRow[]) => {
  const span = wholeOf(rows);
  return new ReadingLeaves(span.columns, fastSha256).root(span);
};

const limits = [0, -0, 1, -1, 9, 10, 9_999_999, 10_000_000, 10_000_001, 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1)];
const unsafe = [2 ** 53, -(10 ** 16) + 2, 9_999_999_999_999_998];
const integer = fc.oneof(fc.constantFrom(...limits, ...unsafe), fc.maxSafeInteger(), fc.integer());
const text = fc.string({ unit: "grapheme", maxLength: 12 });
const row = fc.tuple(
  fc.oneof(fc.constantFrom("p-1", "p-10", "p-2", "药", "\u{1f9ca}", "\uff5e"), text),
  fc.oneof(fc.integer({ min: 0, max: 20 }), integer),
  fc.option(integer),
  fc.option(text),
);

describe("readings in columns", () => {
  it.each(limits.map((value) => [value]))("write %d as JSON does", (value) => {
    const rows: ReadingRow[] = [["p-1", value, value, null]];
    expect(rootOf(rows)).toBe(readingsRoot(rows));
    expect(rootOf(rows)).not.toBe(readingsRoot([["p-1", value, 7, null]]));
  });

  it("have the root of their rows, whatever stands in them and however they are mixed", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 40 }), (rows) => {
        const inTime = rows.toSorted((a, b) => a[1] - b[1]);
        expect(rowsIn(wholeOf(rows))).toEqual(inTime);
        expect(rootOf(rows)).toBe(readingsRoot(inTime));
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it("give the root of a part of them", () => {
    const rows = Array.from({ length: 9 }, (_, at): ReadingRow => [`p-${at % 2}`, at, at, null]);
    const leaves = new ReadingLeaves(columnsOf(rows), fastSha256);
    expect(leaves.root({ first: 2, end: 7 })).toBe(readingsRoot(rows.slice(2, 7)));
    expect(leaves.root({ first: 3, end: 3 })).toBe(readingsRoot([]));
  });

  it("refuse a text that is no Unicode, as rows do", () => {
    const rows: ReadingRow[] = [["\ud800", 1, 1, null]];
    expect(() => rootOf(rows)).toThrow(/surrogate/);
    expect(() => readingsRoot(rows)).toThrow(/surrogate/);
  });
});
