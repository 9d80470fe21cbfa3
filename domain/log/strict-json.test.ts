import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictJson, StrictJsonError } from "./strict-json.ts";

const limits = { maxBytes: 1_000, maxDepth: 4 };

function reasonOf(text: string): string {
  try {
    parseStrictJson(text, limits);
    return "taken";
  } catch (error) {
    return error instanceof StrictJsonError ? error.reason : "another error";
  }
}

describe("parseStrictJson", () => {
  it("reads whatever JSON.stringify writes, as JSON.parse does", () => {
    const value = fc.jsonValue({ maxDepth: 6 });
    fc.assert(
      fc.property(value, (json) => {
        const text = JSON.stringify(json);
        fc.pre(!text.includes("__proto__"));
        expect(parseStrictJson(text, { maxBytes: 1_000_000, maxDepth: 50 })).toEqual(JSON.parse(text));
      }),
    );
  });

  it("throws nothing but its own error on any text", () => {
    const noise = fc.string({
      unit: fc.constantFrom("{", "}", "[", "]", '"', "\\", ":", ",", "a", "1", " "),
    });
    fc.assert(fc.property(noise, (text) => reasonOf(text) !== "another error"));
  });

  it.each([
    ['{"a":1,"a":2}', "DUPLICATE_KEY"],
    ['{"a":1,"\\u0061":2}', "DUPLICATE_KEY"],
    ['{"b":{"a":1},"c":[{"a":1,"b":[],"a":1}]}', "DUPLICATE_KEY"],
    ['{"a":{"a":"a"},"b":["a","a"],"c":"a"}', "taken"],
    ['{"a" \n: "b", "b":"a"}', "taken"],
    ['["a",{"a":1},"a",{"a":1}]', "taken"],
    ['{"a":"\\",\\"a\\":"}', "taken"],
    ['{"__proto__":1}', "FORBIDDEN_KEY"],
    ['{"a":{"\\u005f_proto__":1}}', "FORBIDDEN_KEY"],
    ['{"a":"__proto__"}', "taken"],
    ["[[[[1]]]]", "taken"],
    ["[[[[[1]]]]]", "TOO_DEEP"],
    ["[[[[{}]]]]", "TOO_DEEP"],
    ["[".repeat(900), "TOO_DEEP"],
    ['["[[[[[[[["]', "taken"],
    ["", "MALFORMED"],
    ["{", "MALFORMED"],
    ["}{", "MALFORMED"],
    ['{"a":1,}', "MALFORMED"],
    ['"open', "MALFORMED"],
    ['"open\\"', "MALFORMED"],
    ['{"\\x":1}', "MALFORMED"],
    ["\ufeff{}", "MALFORMED"],
    ["{} {}", "MALFORMED"],
    ["NaN", "MALFORMED"],
  ])("%s is %s", (text, reason) => {
    expect(reasonOf(text)).toBe(reason);
  });

  it("counts bytes, not characters", () => {
    expect(reasonOf(JSON.stringify("a".repeat(998)))).toBe("taken");
    expect(reasonOf(JSON.stringify("a".repeat(999)))).toBe("TOO_LARGE");
    expect(reasonOf(JSON.stringify("é".repeat(499)))).toBe("taken");
    expect(reasonOf(JSON.stringify("é".repeat(500)))).toBe("TOO_LARGE");
  });

  it("carries the code its status comes from", () => {
    expect(new StrictJsonError("TOO_LARGE", "x").code).toBe("TOO_LARGE");
    expect(new StrictJsonError("DUPLICATE_KEY", "x").code).toBe("BAD_REQUEST");
  });
});
