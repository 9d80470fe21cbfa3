import fc from "fast-check";
import { expect, test } from "vitest";
import { meanKineticTemperature, mktFromTerms, mktTerm } from "./mkt.ts";

test("a constant temperature is its own MKT", () => {
  fc.assert(
    fc.property(
      fc.double({ min: -90, max: 60, noNaN: true }),
      fc.integer({ min: 1, max: 1e6 }),
      (t, weight) => {
        expect(meanKineticTemperature([{ t, weight }])).toBeCloseTo(t, 6);
      },
    ),
  );
});

test("lies between the arithmetic mean and the maximum", () => {
  const sample = fc.record({
    t: fc.double({ min: -30, max: 50, noNaN: true }),
    weight: fc.integer({ min: 1, max: 1000 }),
  });
  fc.assert(
    fc.property(fc.array(sample, { minLength: 1, maxLength: 50 }), (samples) => {
      const weightSum = samples.reduce((sum, { weight }) => sum + weight, 0);
      const mean = samples.reduce((sum, { t, weight }) => sum + t * weight, 0) / weightSum;
      const mkt = meanKineticTemperature(samples);
      expect(mkt).toBeGreaterThan(mean - 1e-6);
      expect(mkt).toBeLessThan(Math.max(...samples.map(({ t }) => t)) + 1e-6);
    }),
  );
});

test("summed terms give the same MKT as the samples", () => {
  const samples = [
    { t: 5.125, weight: 23 },
    { t: 15.5, weight: 1 },
    { t: -3.2, weight: 7 },
  ];
  const sum = samples.reduce((total, { t, weight }) => total + weight * mktTerm(t * 1000), 0);
  expect(mktFromTerms(sum, 31)).toBeCloseTo(meanKineticTemperature(samples), 9);
  expect(mktTerm(5000)).toBe(1);
});

test("samples without weight count for nothing", () => {
  expect(
    meanKineticTemperature([
      { t: 5, weight: 1 },
      { t: 99, weight: 0 },
    ]),
  ).toBeCloseTo(5, 9);
});

test.each([[[]], [[{ t: 5, weight: 0 }]], [[{ t: Number.NaN, weight: 1 }]], [[{ t: 5, weight: -1 }]]])(
  "refuses %j instead of answering with a number",
  (samples) => {
    expect(() => meanKineticTemperature(samples)).toThrow("finite samples");
  },
);

test("refuses sums that are not positive", () => {
  expect(() => mktFromTerms(0, 1)).toThrow();
  expect(() => mktFromTerms(1, Number.NaN)).toThrow();
});
