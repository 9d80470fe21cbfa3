import { expect, it } from "vitest";
import { nextRate } from "./find-rate.ts";

it("goes up while everything holds, down while nothing does, then between the two", () => {
  expect(nextRate(8_000, Number.POSITIVE_INFINITY)).toBe(12_000);
  expect(nextRate(0, 9_000)).toBe(6_000);
  expect(nextRate(4_000, 9_000)).toBe(6_000);
});
