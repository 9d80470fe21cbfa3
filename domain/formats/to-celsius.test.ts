import fc from "fast-check";
import { expect, test } from "vitest";
import { toMilliC } from "../coldchain/milli-celsius.ts";
import { toCelsius } from "./to-celsius.ts";

test.each([
  [32, "F", 0],
  [212, "F", 100],
  [-40, "F", -40],
  [46.4, "F", 8],
  [46.4009, "F", 8.001],
  [46.4008, "F", 8],
  [98.6, "F", 37],
  [35.6, "F", 2],
  [32.0009, "F", 0.001],
  [31.9991, "F", 0],
  [31.999, "F", -0.001],
  [0, "F", -17.778],
  [5e-324, "F", -17.778],
  [1e-7, "K", -273.15],
  [273.15, "K", 0],
  [281.15, "K", 8],
  [281.1505, "K", 8.001],
  [281.1504, "K", 8],
  [273.1495, "K", 0],
  [4.0005, "C", 4.001],
  [-0, "C", 0],
] as const)("%d %s is %d °C, rounded half up on its digits", (value, unit, celsius) => {
  expect(toCelsius(value, unit)).toBe(celsius);
});

test.each([1e5, -1e300, Number.POSITIVE_INFINITY, Number.NaN])("%d comes back as it is", (value) => {
  expect(toCelsius(value, "F")).toBe(value);
});

test("is what the formula says, to within half a milli-degree, and stays so when it is rounded again", () => {
  const degrees = fc.double({ min: -500, max: 500, noNaN: true });
  fc.assert(
    fc.property(degrees, (value) => {
      for (const [unit, formula] of [
        ["F", ((value - 32) * 5) / 9],
        ["K", value - 273.15],
        ["C", value],
      ] as const) {
        const celsius = toCelsius(value, unit);
        expect(Math.abs(celsius - formula)).toBeLessThanOrEqual(0.0005 + 1e-9);
        expect(toMilliC(celsius) / 1_000).toBe(celsius);
      }
    }),
  );
});
