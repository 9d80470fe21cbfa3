import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { pointerPattern, valueAt } from "./json-pointer.ts";

/** RFC 6901 §5. */
const example = {
  foo: ["bar", "baz"],
  "": 0,
  "a/b": 1,
  "c%d": 2,
  "e^f": 3,
  "g|h": 4,
  "i\\j": 5,
  'k"l': 6,
  " ": 7,
  "m~n": 8,
};

describe("a JSON pointer", () => {
  test.each<[string, unknown]>([
    ["", example],
    ["/foo", ["bar", "baz"]],
    ["/foo/0", "bar"],
    ["/", 0],
    ["/a~1b", 1],
    ["/c%d", 2],
    ["/e^f", 3],
    ["/g|h", 4],
    ["/i\\j", 5],
    ['/k"l', 6],
    ["/ ", 7],
    ["/m~0n", 8],
    ["/foo/-", undefined],
    ["/foo/01", undefined],
    ["/foo/length", undefined],
    ["/foo/2", undefined],
    ["/foo/0/0", undefined],
    ["/constructor", undefined],
    ["/toString/name", undefined],
  ])("%j leads to %j", (pointer, value) => {
    expect(pointerPattern.test(pointer)).toBe(true);
    expect(valueAt(example, pointer)).toEqual(value);
  });

  test.each(["foo", "/a~", "/a~2b", `/${"a".repeat(200)}`])("%.20j is none", (text) => {
    expect(pointerPattern.test(text)).toBe(false);
  });

  test("leads somewhere or nowhere in any value", () => {
    const pointers = fc.array(fc.string()).map((steps) => steps.map((step) => `/${step}`).join(""));
    fc.assert(fc.property(fc.anything(), pointers, (value, pointer) => void valueAt(value, pointer)));
  });
});
