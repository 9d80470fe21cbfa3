import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createPatternTree, isTopicOf, patternFault } from "./topic-pattern.ts";

describe("a topic pattern", () => {
  test.each(["a", "plant/+/sensor/+/temp", "药房/+", "a b/c", "v1/gateway/telemetry"])(
    "%s may be registered",
    (it) => {
      expect(patternFault(it)).toBeNull();
    },
  );

  test.each([
    "",
    "/a",
    "a/",
    "a//b",
    "+/a",
    "#",
    "a/#",
    "a/b+",
    "coldmark/v1/gw/data",
    "$SYS/x",
    "$share/g/a",
    "a\n",
  ])("%j may not", (it) => {
    expect(patternFault(it)).not.toBeNull();
  });

  test("has at most 16 levels and 200 characters", () => {
    expect(patternFault(Array(16).fill("a").join("/"))).toBeNull();
    expect(patternFault(Array(17).fill("a").join("/"))).not.toBeNull();
    expect(patternFault("a/".repeat(8) + "b".repeat(200))).not.toBeNull();
  });
});

const level = fc.constantFrom("a", "b", "+");
const pattern = fc.array(level, { minLength: 1, maxLength: 4 }).map((levels) => levels.join("/"));
const topic = fc
  .array(fc.constantFrom("a", "b", "c", "", "+"), { minLength: 1, maxLength: 4 })
  .map((levels) => levels.join("/"));

test.each([
  ["a/+/c", "a/b/c", true],
  ["a/+/c", "a//c", false],
  ["a/+/c", "a/b/c/d", false],
  ["a/+/c", "a/b/C", false],
  ["a", "a", true],
])("%s stands for %s: %s", (pattern, topic, is) => {
  expect(isTopicOf(pattern, topic)).toBe(is);
});

describe("a tree of topic patterns", () => {
  test("finds what matches, and nothing else", () => {
    fc.assert(
      fc.property(fc.array(pattern), topic, (patterns, wanted) => {
        const tree = createPatternTree<string>();
        for (const each of patterns) tree.add(each, each);
        const found = tree.find(wanted);
        expect(found !== null).toBe(patterns.some((each) => isTopicOf(each, wanted)));
        if (found !== null) expect(isTopicOf(found, wanted)).toBe(true);
      }),
    );
  });

  test("knows which patterns can match one topic", () => {
    fc.assert(
      fc.property(fc.array(pattern), pattern, (patterns, wanted) => {
        const tree = createPatternTree<string>();
        for (const each of patterns) tree.add(each, each);
        const meets = (one: string, other: string) => {
          const [a, b] = [one.split("/"), other.split("/")];
          return a.length === b.length && a.every((it, at) => it === "+" || b[at] === "+" || it === b[at]);
        };
        expect(tree.meeting(wanted) !== null).toBe(patterns.some((each) => meets(each, wanted)));
      }),
    );
  });
});
