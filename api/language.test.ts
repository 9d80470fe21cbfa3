import { expect, it } from "vitest";
import { languageOf } from "./language.ts";

it.each([
  [{ lang: "en", accept: "zh-CN" }, "en"],
  [{ lang: "zh-Hans" }, "zh-CN"],
  [{ lang: "fr", accept: "en-GB" }, "en"],
  [{ accept: "en;q=0.4, zh;q=0.8" }, "zh-CN"],
  [{ accept: "fr, en;q=0.1" }, "en"],
  [{ accept: "en;q=0" }, "zh-CN"],
  [{ accept: ";;q=,,=" }, "zh-CN"],
  [{}, "zh-CN"],
])("%j is answered in %s", (asked, language) => {
  expect(languageOf(asked, "zh-CN")).toBe(language);
});
