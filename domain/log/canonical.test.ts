import serialize from "canonicalize";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AppError } from "../errors.ts";
import { canonicalize } from "./canonical.ts";

function nested(levels: number): unknown {
  return levels === 0 ? 0 : [nested(levels - 1)];
}

describe("canonicalize", () => {
  it("sorts keys by UTF-16 unit and writes numbers as ECMAScript does", () => {
    expect(canonicalize({ b: [1e21, -0, 0.1], a: null, "\u20ac": "\u000f\n", A: true })).toBe(
      '{"A":true,"a":null,"b":[1e+21,0,0.1],"€":"\\u000f\\n"}',
    );
  });

  it("writes the same whether members stand in order or not, integer-like names among them", () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const wellFormed = json.filter(
      (value) => JSON.stringify(value).isWellFormed() && !/\\ud[89a-f]/.test(JSON.stringify(value)),
    );
    fc.assert(
      fc.property(wellFormed, (value) => {
        const text = serialize(value) as string;
        expect(canonicalize(value)).toBe(text);
        expect(canonicalize(JSON.parse(text))).toBe(text);
      }),
    );
    expect(canonicalize(JSON.parse('{"10":1,"9":2,"a":{"2":3,"10":4}}'))).toBe(
      '{"10":1,"9":2,"a":{"10":4,"2":3}}',
    );
  });

  it("writes numbers and escapes as the library does", () => {
    const integer = fc.maxSafeInteger();
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(integer, fc.double({ noDefaultInfinity: true, noNaN: true }), text)),
        (values) => {
          expect(canonicalize(values)).toBe(serialize(values));
        },
      ),
    );
    const edges = [
      0,
      -0,
      9_999_999,
      10_000_000,
      1e15,
      2 ** 53 - 1,
      1 - 2 ** 53,
      2 ** 53,
      5e-324,
      1e21,
      -1e-7,
    ];
    expect(canonicalize(edges)).toBe(serialize(edges));
    const units = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code));
    expect(canonicalize(units)).toBe(serialize(units));
  });

  it.each([8_190, 8_191, 20_000])(
    "writes a text of %i characters, in any script, at the end of its room and beyond",
    (length) => {
      for (const unit of ["x", "é", "药", "\n"]) {
        const value = { a: unit.repeat(length), b: [1] };
        expect(canonicalize(value)).toBe(serialize(value));
      }
    },
  );

  it("takes 32 levels and refuses 33, so cycles too", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle);
    expect(canonicalize(nested(32))).toBe(`${"[".repeat(32)}0${"]".repeat(32)}`);
    expect(() => canonicalize(nested(33))).toThrow("deeper than 32");
    expect(() => canonicalize(cycle)).toThrow("deeper than 32");
  });

  it.each([
    ["undefined", undefined],
    ["an undefined member", { a: undefined }],
    ["a function", { a: () => 1 }],
    ["a symbol", [Symbol("s")]],
    ["a bigint", { a: 1n }],
    ["NaN", [Number.NaN]],
    ["an infinity", [Number.NEGATIVE_INFINITY]],
    ["a lone surrogate", ["\ud800"]],
    ["a lone surrogate in a key", { "\udc00": 1 }],
    ["a hole", new Array(1)],
    ["bytes", { a: new Uint8Array(2) }],
    ["a date", new Date(0)],
    ["a boxed number", [Object(1)]],
    ["an own toJSON", { toJSON: () => 1 }],
  ])("refuses %s", (_, value) => {
    expect(() => canonicalize(value)).toThrow(AppError);
    expect(() => canonicalize(value)).toThrow("canonical form");
  });

  it("names the member that cannot stand", () => {
    expect(() => canonicalize({ readings: [{ t: Number.NaN }] })).toThrow("NaN is not a JSON number (at t)");
  });
});
