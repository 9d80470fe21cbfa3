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
  values.map((tMilliC, at) => ({ ts: at + 1, tMilliC, isLive: true }));
/** The same, back-filled but for the one at `live`. */
const backFilled = (values: number[], live?: number): Sample[] =>
  samples(...values).map((sample) => ({ ...sample, isLive: sample.ts === live }));
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
  const matters = (ts: number, tMilliC: number | null) =>
    disturbs(rows, { ts, tMilliC, isLive: true }, watched);
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

test("what only back-filled samples tell of is retrospective up to the last of them, until a live one outside comes", () => {
  const knownTo = (values: number[], live?: number) =>
    followExcursions([], backFilled(values, live), watched, 1).map((row) => [row.toTs, row.knownTo]);
  expect(knownTo([5_000, 9_000, 9_500])).toEqual([[null, 3]]);
  expect(knownTo([5_000, 9_000, 9_500, 9_000], 4)).toEqual([[null, null]]);
  expect(knownTo([5_000, 9_000, 9_500, 9_000], 2)).toEqual([[null, null]]);
  expect(knownTo([5_000, 9_000, 9_500, 5_000], 4)).toEqual([[4, 3]]);
  expect(knownTo([9_000, 5_000, 9_000], 1)).toEqual([
    [2, null],
    [null, 3],
  ]);
});

test("looked at again, what a live sample was seen in stays so, and what was known further on is not forgotten", () => {
  const values = [9_000, 9_000, 9_000];
  const again = (live?: number, upTo = 3) => {
    const before = followExcursions([], backFilled([5_000, ...values], live), watched, 1);
    const samplesNow = backFilled([9_000, ...values]).slice(0, upTo);
    const { save, drop } = reviseExcursions(before, samplesNow, watched, 2);
    return [...save.map((row) => [row.fromTs, row.toTs, row.knownTo]), drop.length];
  };
  expect(again()).toEqual([[1, null, 4], 1]);
  expect(again(3)).toEqual([[1, null, null], 1]);
  expect(again(undefined, 2)).toEqual([[1, null, 4], 1]);
  const open = followExcursions([], backFilled(values), watched, 1);
  const split = reviseExcursions(open, backFilled([9_000, 5_000, 9_000]), watched, 2);
  expect(split.save.map((row) => [row.fromTs, row.toTs, row.knownTo])).toEqual([
    [1, 2, 1],
    [3, null, 3],
  ]);
});

test("following in pieces comes to the same as following at once", () => {
  const value = fc.option(fc.constantFrom(1_000, 5_000, 8_000, 9_000), { nil: null });
  const sample = fc.record({ tMilliC: value, isLive: fc.boolean() });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 30 }), fc.nat(30), (values, cut) => {
      const all = values.map((one, at) => ({ ...one, ts: at + 1 }));
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
