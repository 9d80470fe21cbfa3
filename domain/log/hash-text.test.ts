import { sha256 } from "@noble/hashes/sha2.js";
import { expect, it } from "vitest";
import { concatBytes, utf8 } from "./bytes.ts";
import { hashText } from "./hash-text.ts";

it.each([
  ["nothing", ""],
  ["a text", '{"a":1}'],
  ["other scripts", "药品 𝒳 é"],
  ["one that just fits", "é".repeat(2_700)],
  ["a long one", "药".repeat(9_000)],
])("hashes %s behind some bytes, whatever was hashed before", (_what, text) => {
  const before = Uint8Array.of(0, 1, 2);
  hashText(before, "x".repeat(2_000));
  expect(hashText(before, text)).toEqual(sha256(concatBytes(before, utf8(text))));
});
