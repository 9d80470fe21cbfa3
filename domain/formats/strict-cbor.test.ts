import { encode } from "cborg";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex } from "../log/bytes.ts";
import { parseStrictCbor } from "./strict-cbor.ts";

const parse = (hex: string) => parseStrictCbor(fromHex(hex), { maxDepth: 8 });

describe("strict CBOR", () => {
  test.each<[string, unknown]>([
    ["00", 0],
    ["1903e8", 1_000],
    ["1b001fffffffffffff", 2 ** 53 - 1],
    ["3903e7", -1_000],
    ["f93c00", 1],
    ["f90001", 2 ** -24],
    ["f9c400", -4],
    ["fa47c35000", 100_000],
    ["fb3ff199999999999a", 1.1],
    ["f4", false],
    ["f6", null],
    ["4401020304", new Uint8Array([1, 2, 3, 4])],
    ["62c3bc", "ü"],
    ["83010203", [1, 2, 3]],
    ["a26161016162820203", { a: 1, b: [2, 3] }],
  ])("%s is read (RFC 8949 appendix A)", (hex, value) => {
    expect(parse(hex)).toEqual(value);
  });

  test.each([
    ["", "ends too early"],
    ["a1", "ends too early"],
    ["5affffffff00", "ends too early"],
    ["9affffffff00", "ends too early"],
    ["0000", "follows"],
    ["c074323031332d30332d32315432303a30343a30305a", "a tag"],
    ["9fff", "indefinite"],
    ["5f42010243030405ff", "indefinite"],
    ["bf61610161629fff", "indefinite"],
    ["1c", "reserved"],
    ["1b0020000000000000", "beyond"],
    ["3b001fffffffffffff", "beyond"],
    ["f97e00", "not finite"],
    ["fa7f800000", "not finite"],
    ["fb7ff8000000000000", "not finite"],
    ["f7", "simple"],
    ["f818", "simple"],
    ["a2616101616102", "twice"],
    ["a1695f5f70726f746f5f5f01", "__proto__"],
    ["a10102", "a text"],
    ["a18001", "deeper"],
    ["62c328", "UTF-8"],
    ["81".repeat(9), "deeper"],
    ["81".repeat(100_000), "deeper"],
  ])("%.60s is refused: %s", (hex, words) => {
    expect(() => parse(hex)).toThrow(words);
  });

  test("what another encoder writes comes back as it was", () => {
    // As JSON has it, without −0: that encoder writes 0 for it.
    const values = fc
      .json({ maxDepth: 4, stringUnit: "grapheme" })
      .map((text) => JSON.parse(text) as unknown);
    fc.assert(
      fc.property(values, (value) => {
        fc.pre(!JSON.stringify(value).includes("__proto__"));
        expect(parseStrictCbor(encode(value), { maxDepth: 8 })).toEqual(value);
      }),
    );
  });

  test("whatever the bytes are, there is a value or a refusal", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          parseStrictCbor(bytes, { maxDepth: 8 });
        } catch (error) {
          expect(error).toMatchObject({ code: "BAD_REQUEST" });
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
