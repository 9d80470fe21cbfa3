import { describe, expect, it } from "vitest";
import en from "../i18n/console.en.json" with { type: "json" };
import zh from "../i18n/console.zh-CN.json" with { type: "json" };
import { placeholdersOf } from "../i18n/fill.ts";
import { equipmentStatesWorstFirst, statesWorstFirst } from "./states.ts";
import { type ConsoleKey, sayIn } from "./words.ts";

const keys = Object.keys(en) as ConsoleKey[];

describe("the console's two catalogues", () => {
  it("have the same keys in the same order", () => {
    expect(Object.keys(zh)).toEqual(keys);
  });

  it.each(keys)("%s has words and the same blanks in both", (key) => {
    expect(en[key].trim()).not.toBe("");
    expect(zh[key].trim()).not.toBe("");
    expect(new Set(placeholdersOf(zh[key]))).toEqual(new Set(placeholdersOf(en[key])));
  });

  it("have both forms of whatever is counted", () => {
    const ones = keys.filter((key) => key.endsWith(".one"));
    expect(ones.length).toBeGreaterThan(20);
    for (const key of ones) expect(keys).toContain(key.replace(/\.one$/, ".other"));
  });

  it("name every state, and what it counts as in the answer", () => {
    for (const state of statesWorstFirst) expect(keys).toContain(`state.${state}`);
    for (const state of equipmentStatesWorstFirst) {
      expect(keys).toContain(`sentence.${state}`);
      if (state !== "in-range") expect(keys).toContain(`answer.${state}.one`);
    }
  });

  it("never call a medicine or a temperature safe: that is the pharmacist's word", () => {
    expect(keys.filter((key) => /\bsafe\b/i.test(en[key]))).toEqual([]);
    expect(keys.filter((key) => zh[key].includes("安全"))).toEqual([]);
  });
});

it("one and many are told apart in English only", () => {
  expect(sayIn("en").count("site.alarms", 1)).toBe("1 alarm");
  expect(sayIn("en").count("site.alarms", 2)).toBe("2 alarms");
  expect(sayIn("zh-CN").count("site.alarms", 2)).toBe("2 条报警");
});
