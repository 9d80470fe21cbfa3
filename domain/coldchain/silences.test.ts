import { describe, expect, it } from "vitest";
import { findExcursions } from "./excursions.ts";
import { silencesOf } from "./silences.ts";

const window = { from: 1_000, to: 2_000, holdMs: 100, isPlacedAtFrom: false };
const none = { long: [], faults: [] };

describe("when nothing is known of a point", () => {
  it.each([
    ["no temperature at all", null, [[1_000, 2_000]]],
    ["one before the window reaches into it", { ...none, first: 950, last: 1_950 }, []],
    ["the first comes late", { ...none, first: 1_010, last: 1_950 }, [[1_000, 1_010]]],
    ["the last is long ago", { ...none, first: 950, last: 1_800 }, [[1_900, 2_000]]],
    [
      "a long step, of which the temperature before covers the beginning",
      { ...none, first: 950, last: 1_950, long: [{ from: 1_200, to: 1_500 }] },
      [[1_300, 1_500]],
    ],
    [
      "faults, one inside a long step and one that lasts",
      {
        first: 950,
        last: 1_700,
        long: [{ from: 1_200, to: 1_500 }],
        faults: [
          { from: 1_250, to: 1_500 },
          { from: 1_750, to: null },
        ],
      },
      [
        [1_250, 1_500],
        [1_750, 2_000],
      ],
    ],
  ])("%s", (_name, steps, expected) => {
    expect(silencesOf(steps, window).map(({ from, to }) => [from, to])).toEqual(expected);
  });

  it("a point that was put there just then may take its time for the first one", () => {
    const steps = { ...none, first: 1_100, last: 1_950 };
    expect(silencesOf(steps, { ...window, isPlacedAtFrom: true })).toEqual([]);
    const late = { ...steps, first: 1_101 };
    expect(silencesOf(late, { ...window, isPlacedAtFrom: true })).toEqual([{ from: 1_000, to: 1_101 }]);
  });

  it("agrees with the excursions' own rule of gaps", () => {
    const times = [1_000, 1_080, 1_181, 1_400, 1_900];
    const samples = [...times.map((ts) => ({ ts, t: 5 })), { ts: 1_450, t: null }];
    const rules = { lowerLimitC: 2, upperLimitC: 8, maxGapMs: 100, intervalMs: 100, from: 1_000, to: 2_100 };
    const steps = {
      first: 1_000,
      last: 1_900,
      long: [
        { from: 1_080, to: 1_181 },
        { from: 1_181, to: 1_400 },
        { from: 1_400, to: 1_900 },
      ],
      faults: [{ from: 1_450, to: 1_900 }],
    };
    const found = silencesOf(steps, { ...window, to: 2_100 });
    expect(found).toEqual(findExcursions(samples, rules).gaps);
  });
});
