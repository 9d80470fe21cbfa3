import { expect, test } from "vitest";
import { toMilliC } from "./milli-celsius.ts";

test.each([
  [8.0005, 8001],
  [4.0005, 4001],
  [8.0004, 8000],
  [-0.0005, 0],
  [-0.0006, -1],
  [1.0015, 1002],
  [25.1234, 25123],
])("%d °C is %d milli-°C, half up on the decimal digits", (celsius, milliC) => {
  expect(toMilliC(celsius)).toBe(milliC);
});

test("tiny values written with an exponent are zero, never NaN or minus zero", () => {
  expect([1e-7, -1e-7, -0].map(toMilliC)).toEqual([0, 0, 0]);
});
