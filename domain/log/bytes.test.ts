import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { concatBytes, equalBytes, fromBase64, fromHex, isHash, toBase64, toHex, utf8 } from "./bytes.ts";

describe("hex", () => {
  it("comes back as it was", () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => equalBytes(fromHex(toHex(bytes)), bytes)));
  });

  it.each(["0", "0A", "0g", " 00", "0x00", "00\n"])("refuses %j", (text) => {
    expect(() => fromHex(text)).toThrow("not lower-case hex");
  });
});

describe("base64", () => {
  it("agrees with another implementation, also beyond one chunk", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString("base64"));
        expect(equalBytes(fromBase64(toBase64(bytes)), bytes)).toBe(true);
      }),
    );
    const long = Uint8Array.from({ length: 20_001 }, (_, at) => at % 251);
    expect(toBase64(long)).toBe(Buffer.from(long).toString("base64"));
  });

  it.each(["AA", "AA=", "AB==", "AAB=", "A A=", "AA==\n", "-_-_", "!!!!", "AA==AA=="])(
    "refuses %j",
    (text) => {
      expect(() => fromBase64(text)).toThrow("not canonical base64");
    },
  );
});

describe("bytes", () => {
  it("joins, compares and measures", () => {
    expect(toHex(concatBytes(utf8("é"), Uint8Array.of(1)))).toBe("c3a901");
    expect(equalBytes(Uint8Array.of(1), Uint8Array.of(1, 2))).toBe(false);
    expect(equalBytes(Uint8Array.of(1, 3), Uint8Array.of(1, 2))).toBe(false);
    expect([isHash(new Uint8Array(32)), isHash(new Uint8Array(0)), isHash("x".repeat(32))]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
