import { expect, it } from "vitest";
import { unwatchedGaps } from "./unwatched-gaps.ts";

const period = { from: 100, to: 200 };
const stay = (sensor: string, since: number, until: number | null) => ({
  sensor,
  point: sensor,
  since,
  until,
});

it.each([
  ["no sensor ever lay there", [], [{ sensor: "", from: 100, to: 200 }]],
  ["the only one was taken out", [stay("a", 0, 150)], [{ sensor: "a", from: 150, to: 200 }]],
  [
    "one came after another, in whatever order they are told",
    [stay("b", 160, null), stay("a", 0, 150)],
    [{ sensor: "a", from: 150, to: 160 }],
  ],
  ["another was there all the time", [stay("a", 110, 120), stay("b", 0, null)], []],
  [
    "a short stay within a longer one",
    [stay("a", 0, 150), stay("b", 110, 120)],
    [{ sensor: "a", from: 150, to: 200 }],
  ],
  ["they follow without a break", [stay("a", 0, 150), stay("b", 150, null)], []],
  ["the first came late, which its series tells", [stay("a", 150, null)], []],
])("time without a sensor is a gap: %s", (_name, stays, gaps) => {
  expect(unwatchedGaps(stays, period)).toEqual(gaps);
});

it("a period that has not begun yet has no gap", () => {
  expect(unwatchedGaps([], { from: 200, to: 100 })).toEqual([]);
});
