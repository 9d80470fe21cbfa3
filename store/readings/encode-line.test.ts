import { describe, expect, test } from "vitest";
import { encodeLine, type FieldValue, type Named } from "./encode-line.ts";

const field: Named<FieldValue> = [["v", { int: 1 }]];

describe("any line of line protocol", () => {
  test("escapes what the specification escapes, each where it stands", () => {
    const tags: Named<string> = [["a b,c=d", "e f,g=h\\i"]];
    const fields: Named<FieldValue> = [
      ["k =", { string: 'a"b\\c\nd' }],
      ["b", { bool: false }],
    ];
    expect(encodeLine("m ,=", tags, fields, 0)).toBe(
      'm\\ \\,=,a\\ b\\,c\\=d=e\\ f\\,g\\=h\\i k\\ \\=="a\\"b\\\\c\\nd",b=false 0',
    );
  });

  test("whole numbers are exact to the ends of int64 and uint64", () => {
    const fields: Named<FieldValue> = [
      ["most", { int: 2n ** 63n - 1n }],
      ["least", { int: -(2n ** 63n) }],
      ["u", { uint: 2n ** 64n - 1n }],
    ];
    expect(encodeLine("m", [], fields, -(2n ** 63n))).toBe(
      "m most=9223372036854775807i,least=-9223372036854775808i,u=18446744073709551615u -9223372036854775808",
    );
  });

  test.each([
    [0.1 + 0.2, "0.30000000000000004"],
    [-0, "0"],
    [999_999, "999999"],
    [1e6, "1e+06"],
    [0.000_1, "0.0001"],
    [0.000_012_3, "1.23e-05"],
    [-Number.MAX_VALUE, "-1.7976931348623157e+308"],
  ])("the float %d is %s", (float, written) => {
    expect(encodeLine("m", [], [["v", { float }]], 0)).toBe(`m v=${written} 0`);
    expect(Number(written)).toBe(float + 0);
  });

  test.each<[string, () => string]>([
    ["a measurement that would be a comment", () => encodeLine("#m", [], field, 0)],
    ["no measurement", () => encodeLine("", [], field, 0)],
    ["a measurement that ends in a backslash", () => encodeLine("m\\", [], field, 0)],
    ["a line break in a tag", () => encodeLine("m", [["a", "b\nc"]], field, 0)],
    ["an empty tag", () => encodeLine("m", [["a", ""]], field, 0)],
    ["a field's name that ends in a backslash", () => encodeLine("m", [], [["v\\", { int: 1 }]], 0)],
    ["no field", () => encodeLine("m", [], [], 0)],
    ["a float that is no number", () => encodeLine("m", [], [["v", { float: Number.NaN }]], 0)],
    ["a number beyond 2^53", () => encodeLine("m", [], [["v", { int: 2 ** 53 }]], 0)],
    ["more than int64", () => encodeLine("m", [], [["v", { int: 2n ** 63n }]], 0)],
    ["less than nothing as uint", () => encodeLine("m", [], [["v", { uint: -1n }]], 0)],
    ["a time with a fraction", () => encodeLine("m", [], field, 0.5)],
  ])("refuses %s", (_name, encode) => {
    expect(encode).toThrow("can't be written as line protocol");
  });
});
