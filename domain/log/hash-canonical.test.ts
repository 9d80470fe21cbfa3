import { sha256 } from "@noble/hashes/sha2.js";
import { expect, it } from "vitest";
import { concatBytes, utf8 } from "./bytes.ts";
import { hashCanonical } from "./hash-canonical.ts";

it("hashes a value's canonical form behind some bytes, whatever was hashed before", () => {
  const before = Uint8Array.of(0, 1, 2);
  const expected = sha256(concatBytes(before, utf8('{"a":["药"],"b":1}')));
  for (const earlier of ["", "x".repeat(5_000), "x".repeat(50_000)]) {
    hashCanonical(before, earlier);
    expect(hashCanonical(before, { b: 1, a: ["药"] })).toEqual(expected);
  }
});

it("refuses what has no canonical form", () => {
  expect(() => hashCanonical(new Uint8Array(), { a: Number.NaN })).toThrow("canonical form");
});
