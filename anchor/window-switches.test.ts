import { expect, it } from "vitest";
import { doorOf, powerOf } from "./window-switches.ts";

const row = (ts: number, door: boolean | null, power: boolean | null = null) => ({ ts, door, power });

it("counts openings and open time, each state held to the next", () => {
  const rows = [row(30, true), row(10, true), row(20, false), row(40, true), row(40, false)];
  expect(doorOf(rows, 100, 1_000)).toEqual({ openings: 2, openMs: 10 + 70 });
  expect(doorOf(rows, 100, 15)).toEqual({ openings: 2, openMs: 10 + 10 + 15 });
});

it("takes lost mains power as the state that lasts", () => {
  expect(powerOf([row(0, null, true), row(10, null, false), row(25, null, true)], 60, 1_000)).toEqual({
    lossMs: 15,
  });
});

it("says nothing where no reading does", () => {
  expect(doorOf([row(0, null)], 10, 10)).toBeNull();
  expect(powerOf([], 10, 10)).toBeNull();
});
