import { expect, it } from "vitest";
import { joinSpans } from "./join-spans.ts";

it("joins what touches or overlaps, in order of time", () => {
  const spans = [
    { from: 50, to: 60 },
    { from: 0, to: 10 },
    { from: 10, to: 12 },
    { from: 51, to: 52 },
    { from: 13, to: 14 },
  ];
  expect(joinSpans(spans)).toEqual([
    { from: 0, to: 12 },
    { from: 13, to: 14 },
    { from: 50, to: 60 },
  ]);
});
