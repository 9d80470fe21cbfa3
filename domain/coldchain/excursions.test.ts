import fc from "fast-check";
import { expect, test } from "vitest";
import { type ExcursionRules, findExcursions, type Sample } from "./excursions.ts";

const minute = 60_000;
const rules: ExcursionRules = {
  lowerLimitC: 2,
  upperLimitC: 8,
  maxGapMs: 10 * minute,
  intervalMs: 5 * minute,
};
/** One reading every five minutes. */
const every5 = (...values: (number | null)[]): Sample[] =>
  values.map((t, index) => ({ ts: index * 5 * minute, t }));

test("exactly at a limit is inside", () => {
  expect(findExcursions(every5(2, 8, 8.0004, 1.9995), rules).excursions).toEqual([]);
  expect(findExcursions(every5(8.0005), rules).excursions).toHaveLength(1);
  expect(findExcursions(every5(1.9994), rules).excursions).toHaveLength(1);
});

test("an event runs from the first reading out to the first reading in range", () => {
  expect(findExcursions(every5(5, 8.1, 9.4, 8.2, 7, 5), rules)).toEqual({
    excursions: [
      { direction: "high", from: 5 * minute, to: 20 * minute, durationMs: 15 * minute, extremeC: 9.4 },
    ],
    gaps: [],
    coverage: 1,
    longestIntervalMs: 5 * minute,
    longestIntervalOutMs: 5 * minute,
  });
});

test("an event still out at the end is open, its last reading stands for the interval", () => {
  const [event] = findExcursions(every5(5, 1, 0.5), rules).excursions;
  expect(event).toEqual({
    direction: "low",
    from: 5 * minute,
    to: null,
    durationMs: 10 * minute,
    extremeC: 0.5,
  });
});

test("from too warm straight to too cold is two events", () => {
  expect(findExcursions(every5(9, 1, 5), rules).excursions.map((e) => [e.direction, e.to])).toEqual([
    ["high", 5 * minute],
    ["low", 10 * minute],
  ]);
});

test("a gap is never bridged into one event and never ends one as fine", () => {
  const samples = [
    { ts: 0, t: 9 },
    { ts: 60 * minute, t: 9 },
    { ts: 65 * minute, t: 5 },
  ];
  expect(findExcursions(samples, rules)).toMatchObject({
    excursions: [
      { from: 0, to: null, durationMs: 5 * minute },
      { from: 60 * minute, to: 65 * minute, durationMs: 5 * minute },
    ],
    gaps: [{ from: 5 * minute, to: 60 * minute }],
    coverage: 15 / 70,
    longestIntervalOutMs: 60 * minute,
  });
});

test("a step of exactly the allowed length is no gap", () => {
  expect(
    findExcursions(
      [
        { ts: 0, t: 5 },
        { ts: 10 * minute, t: 5 },
      ],
      rules,
    ).gaps,
  ).toEqual([]);
  expect(
    findExcursions(
      [
        { ts: 0, t: 5 },
        { ts: 10 * minute + 1, t: 5 },
      ],
      rules,
    ).gaps,
  ).toHaveLength(1);
});

test.each([null, Number.NaN, Number.POSITIVE_INFINITY])(
  "a sensor fault (%s) is a gap until the next reading",
  (fault) => {
    const report = findExcursions(every5(5, 9, fault, fault, 5), rules);
    expect(report.gaps).toEqual([{ from: 10 * minute, to: 20 * minute }]);
    expect(report.excursions).toMatchObject([{ to: null, durationMs: 5 * minute }]);
    expect(report.coverage).toBe(0.6);
  },
);

test("a missing head and tail of the asked window are gaps", () => {
  const report = findExcursions([{ ts: 60 * minute, t: 5 }], { ...rules, from: 0, to: 120 * minute });
  expect(report.gaps).toEqual([
    { from: 0, to: 60 * minute },
    { from: 65 * minute, to: 120 * minute },
  ]);
});

test("a reading before the window holds into it, one after it bounds the last step", () => {
  const bounds = { ...rules, from: 2 * minute, to: 8 * minute };
  const report = findExcursions(
    [
      { ts: 0, t: 9 },
      { ts: 5 * minute, t: 5 },
      { ts: 10 * minute, t: 5 },
    ],
    bounds,
  );
  expect(report.gaps).toEqual([]);
  expect(report.excursions).toMatchObject([{ from: 2 * minute, to: 5 * minute }]);
});

test("a window without a reading is one gap with no coverage", () => {
  expect(findExcursions([], { ...rules, from: 0, to: minute })).toMatchObject({
    gaps: [{ from: 0, to: minute }],
    coverage: 0,
  });
  expect(findExcursions([], rules)).toMatchObject({ gaps: [], coverage: 0 });
  expect(findExcursions(every5(null, null), rules)).toMatchObject({
    gaps: [{ from: 0, to: 10 * minute }],
    coverage: 0,
  });
});

test("of two readings at one instant the one out of limits holds", () => {
  const samples = [
    { ts: 0, t: 9 },
    { ts: 0, t: 5 },
    { ts: 5 * minute, t: 5 },
  ];
  expect(findExcursions(samples, rules).excursions).toMatchObject([{ durationMs: 5 * minute }]);
});

test("refuses limits, cadences and times that would find nothing wrong", () => {
  expect(() => findExcursions([], { ...rules, upperLimitC: Number.NaN })).toThrow("limit");
  expect(() => findExcursions([], { ...rules, lowerLimitC: null, upperLimitC: null })).toThrow("limit");
  expect(() => findExcursions([], { ...rules, maxGapMs: 0 })).toThrow("cadence");
  expect(() => findExcursions([{ ts: Number.NaN, t: 5 }], rules)).toThrow("time");
});

const sample = fc.record({
  ts: fc.integer({ min: 0, max: 200 }).map((n) => n * minute),
  t: fc.option(fc.integer({ min: -20, max: 200 }).map((tenths) => tenths / 10)),
});
const samplesOf = fc.uniqueArray(sample, { selector: ({ ts }) => ts, minLength: 1, maxLength: 60 });

test("order of arrival makes no difference", () => {
  fc.assert(
    fc.property(samplesOf, (samples) => {
      expect(findExcursions(samples.toReversed(), rules)).toEqual(findExcursions(samples, rules));
    }),
  );
});

test("gaps and events lie in the window, never overlap, and known plus unknown is the window", () => {
  fc.assert(
    fc.property(samplesOf, (samples) => {
      const report = findExcursions(samples, { ...rules, from: 0, to: 250 * minute });
      const gapMs = report.gaps.reduce((sum, { from, to }) => sum + to - from, 0);
      expect(report.coverage).toBeCloseTo(1 - gapMs / (250 * minute), 9);
      const spans = [
        ...report.gaps,
        ...report.excursions.map((e) => ({ from: e.from, to: e.from + e.durationMs })),
      ];
      spans.sort((a, b) => a.from - b.from || a.to - b.to);
      for (const [index, span] of spans.entries()) {
        expect(span.to).toBeLessThanOrEqual(spans[index + 1]?.from ?? 250 * minute);
        expect(span.from).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});

test("every reading out of limits lies in exactly one event", () => {
  fc.assert(
    fc.property(samplesOf, (samples) => {
      const { excursions } = findExcursions(samples, rules);
      for (const { ts, t } of samples) {
        const inside = excursions.filter((e) => e.from <= ts && ts < e.from + e.durationMs);
        expect(inside).toHaveLength(t !== null && (t > 8 || t < 2) ? 1 : 0);
      }
    }),
  );
});
