import { expect, test } from "vitest";
import { toMilliC } from "./milli-celsius.ts";

test("rounds half up on the decimal digits", () => {
  expect([8.0005, 8.0004, -0.0005, -0.0006, 1.0015, 25.1234].map(toMilliC)).toEqual([
    8001, 8000, 0, -1, 1002, 25123,
  ]);
});

test("tiny values written with an exponent are zero, never NaN or minus zero", () => {
  expect([1e-7, -1e-7, -0].map(toMilliC)).toEqual([0, 0, 0]);
});
