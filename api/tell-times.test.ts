import { expect, it } from "vitest";
import { tellTimes } from "./tell-times.ts";

it("tells moments in ISO 8601 wherever they stand, and leaves other numbers and open ends", () => {
  const value = {
    asOf: 0,
    legs: [{ from: 1_700_000_000_000, to: null, durationMs: 5 }],
    facts: { at: 1, expiry: "2030-01-31" },
  };
  expect(tellTimes(value)).toEqual({
    asOf: "1970-01-01T00:00:00.000Z",
    legs: [{ from: "2023-11-14T22:13:20.000Z", to: null, durationMs: 5 }],
    facts: { at: "1970-01-01T00:00:00.001Z", expiry: "2030-01-31" },
  });
});
