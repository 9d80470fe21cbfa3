import { expect, it } from "vitest";
import { readGatewayCursor, writeGatewayCursor } from "./gateway-cursor.ts";

it.each([
  { isRevoked: false, acceptedAt: 1_773_460_800_000, id: "till-side" },
  { isRevoked: true, acceptedAt: 0, id: `9${"a-".repeat(19)}z` },
])("%o comes back from its token, which the API takes", (place) => {
  const token = writeGatewayCursor(place);
  expect(token.length).toBeLessThanOrEqual(64);
  expect(readGatewayCursor(token)).toEqual(place);
});

it.each(["", "0", "0-1", "2-1-till", "0-x-till", "0-1-TILL", "0-1-t'", `0-${"9".repeat(16)}-till`])(
  "%j is no token of ours",
  (token) => {
    expect(() => readGatewayCursor(token)).toThrow(expect.objectContaining({ code: "BAD_REQUEST" }));
  },
);
