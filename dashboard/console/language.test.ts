import { expect, it } from "vitest";
import { pickLanguage } from "./language.ts";

it.each([
  ["en", ["zh-CN"], "en"],
  [null, ["fr-FR", "en-GB", "zh-CN"], "en"],
  [null, ["zh-Hant-TW", "en"], "zh-CN"],
  [null, ["fr"], "zh-CN"],
  ["klingon", ["en"], "en"],
] as const)("kept %s, wanted %o: %s", (kept, wanted, lang) => {
  expect(pickLanguage(kept, wanted)).toBe(lang);
});
