import fc from "fast-check";
import { expect, test } from "vitest";
import {
  disturbs,
  followExcursions,
  lookBackFrom,
  reviseExcursions,
  type Sample,
} from "./follow-excursions.ts";

const watched = {
  equipment: { tenantId: "t", id: "fridge", lowerMilliC: 2_000, upperMilliC: 8_000, segmentMs: 3_600_000 },
  point: "p",
};
const samples = (...values: (number | null)[]): Sample[] =>
  values.map((tMilliC, at) => ({ ts: at + 1, tMilliC }));
const told = (
  rows: readonly { direction: string; fromTs: number; toTs: number | null; extremeMilliC: number }[],
) => rows.map(({ direction, fromTs, toTs, extremeMilliC }) => [direction, fromTs, toTs, extremeMilliC]);
const follow = (...values: (number | null)[]) => told(followExcursions([], samples(...values), watched, 99));

test("limits are strict; the extreme is kept; the first sample inside closes", () => {
  expect(follow(8_000, 2_000)).toEqual([]);
  expect(follow(8_001, 9_000, 8_500, 8_000, 5_000)).toEqual([["high", 1, 4, 9_000]]);
  expect(follow(5_000, 1_999)).toEqual([["low", 2, null, 1_999]]);
});

test("a sensor fault neither opens nor closes; the other side closes and opens", () => {
  expect(follow(null, 9_000, null, null, 5_000)).toEqual([["high", 2, 5, 9_000]]);
  expect(follow(9_000, 1_000, 5_000)).toEqual([
    ["high", 1, 2, 9_000],
    ["low", 2, 3, 1_000],
  ]);
});

test("a sample out of order matters only outside the limits or inside an excursion", () => {
  const rows = followExcursions([], samples(9_000, 9_000, 5_000), watched, 99);
  const matters = (ts: number, tMilliC: number | null) => disturbs(rows, { ts, tMilliC }, watched);
  expect([matters(2, 5_000), matters(3, 5_000), matters(3, 9_000), matters(2, null)]).toEqual([
    true,
    false,
    true,
    false,
  ]);
  expect([lookBackFrom(rows, 2), lookBackFrom(rows, 4)]).toEqual([1, 4]);
});

test("looked at again, a kept beginning keeps its history; a joined one is dropped; one that reaches past keeps its end", () => {
  const before = followExcursions([], samples(5_000, 5_000, 9_000, 5_000, 9_000, 5_000), watched, 1).map(
    (row) => ({
      ...row,
      queued: true,
    }),
  );
  const again = samples(5_000, 9_000, 9_000, 9_000, 9_000);
  const { save, drop } = reviseExcursions(before, again, watched, 2);
  expect(told(save)).toEqual([["high", 2, 6, 9_000]]);
  expect(save[0]).toMatchObject({ detectedAt: 2, queued: false });
  expect(drop.map((row) => row.fromTs)).toEqual([3, 5]);
  const same = reviseExcursions(before, samples(5_000, 5_000, 9_500, 5_000), watched, 2);
  expect(same.save).toMatchObject([{ fromTs: 3, extremeMilliC: 9_500, detectedAt: 1, queued: true }]);
});

test("following in pieces comes to the same as following at once", () => {
  const value = fc.option(fc.constantFrom(1_000, 5_000, 8_000, 9_000), { nil: null });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 30 }), fc.nat(30), (values, cut) => {
      const all = samples(...values);
      const pieces = followExcursions(
        followExcursions([], all.slice(0, cut), watched, 1),
        all.slice(cut),
        watched,
        1,
      );
      expect(pieces).toEqual(followExcursions([], all, watched, 1));
    }),
  );
});
