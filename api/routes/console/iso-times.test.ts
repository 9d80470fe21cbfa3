import { expect, it } from "vitest";
import { isoTimes } from "./iso-times.ts";

it("tells the console's moments in ISO 8601 wherever they stand, and leaves other numbers and open ends", () => {
  const value = { asOf: 0, sites: [{ since: 1_700_000_000_000, until: null, tC: 5, at: "text" }] };
  const told: { asOf: string; sites: { since: string; until: null; tC: number; at: string }[] } =
    isoTimes(value);
  expect(told).toEqual({
    asOf: "1970-01-01T00:00:00.000Z",
    sites: [{ since: "2023-11-14T22:13:20.000Z", until: null, tC: 5, at: "text" }],
  });
});
