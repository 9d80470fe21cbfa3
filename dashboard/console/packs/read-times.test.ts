import { expect, it } from "vitest";
import { readTimes } from "./read-times.ts";

it("moments become epoch ms, everything else stays", () => {
  const told = { asOf: "2026-03-01T04:00:00.000Z", expiry: "2026-03-01", legs: [{ from: null, to: "soon" }] };
  expect(readTimes(told)).toEqual({
    asOf: Date.UTC(2026, 2, 1, 4),
    expiry: "2026-03-01",
    legs: [{ from: null, to: "soon" }],
  });
});
