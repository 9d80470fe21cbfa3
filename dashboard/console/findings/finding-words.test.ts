import { describe, expect, it } from "vitest";
import type { Finding } from "#api/console-shapes.ts";
import { sayIn } from "../words.ts";
import { findingFacts, findingWords } from "./finding-words.ts";

const finding = (kind: string, detail: Finding["detail"]): Finding => {
  return { id: 1, at: "2026-03-01T04:00:00.000Z", kind, subject: "gw-1", equipment: null, detail };
};
const told = (lang: "en" | "zh-CN", of: Finding) =>
  sayIn(lang).text(findingWords(of.kind).what, findingFacts(of));

describe("the words of a finding", () => {
  it("say both values of a moment, as far as they are known", () => {
    const [kept, refused] = [5_000, 9_100].map((tMilliC) => ({ ts: Date.UTC(2026, 2, 1, 4), tMilliC }));
    expect(told("en", finding("READING_CONFLICT", { kept, refused }))).toMatch(/first 5\.0.*then 9\.1/);
    expect(told("zh-CN", finding("READING_CONFLICT", { kept, refused }))).toMatch(/5\.0.*9\.1/);
    const silent = { kept, refused: { ...refused, tMilliC: null } };
    expect(told("en", finding("READING_CONFLICT", silent))).not.toContain("—");
    expect(told("en", finding("READING_CONFLICT", {}))).not.toContain("—");
  });

  it("say numbers of messages as numbers, not as moments", () => {
    const gap = finding("SEQ_GAP", { gateway: "gw-2", boot: 7, from: 3, to: 5 });
    expect(told("en", gap)).toContain("Gateway gw-2 numbered its messages 3 to 5 of its start 7");
    expect(told("zh-CN", gap)).toContain("第 3 至 5 号");
  });

  it("name a kind that is newer than the page, and take no name of the language for one", () => {
    expect(told("en", finding("OF_TOMORROW", {}))).toContain("OF_TOMORROW");
    expect(findingWords("constructor")).toEqual(findingWords("OF_TOMORROW"));
  });
});
