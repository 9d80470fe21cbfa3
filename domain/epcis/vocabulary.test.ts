import { expect, test } from "vitest";
import { bizSteps, cbvName, cbvUri, dispositions, isVocabularyWord } from "./vocabulary.ts";

test("CBV 2.0 has 41 business steps and 33 dispositions", () => {
  expect([bizSteps.size, dispositions.size]).toEqual([41, 33]);
});

test.each([
  "receiving",
  "cbv:BizStep-receiving",
  "https://ref.gs1.org/cbv/BizStep-receiving",
  "urn:epcglobal:cbv:bizstep:receiving",
])("%s is the step receiving", (text) => {
  expect(cbvName("BizStep", text)).toBe("receiving");
  expect(cbvUri("BizStep", text)).toBe("https://ref.gs1.org/cbv/BizStep-receiving");
});

test("a foreign word stays as it is", () => {
  expect(cbvUri("BizStep", "https://a.example/steps/thawing")).toBe("https://a.example/steps/thawing");
  expect(cbvName("Disp", "cbv:BizStep-receiving")).toBe("cbv:BizStep-receiving");
  expect(cbvUri("Disp", "receiving")).toBe("receiving");
});

test("a capture may use short names, web URIs and its own URIs, but not CBV 1.x URNs or invented words", () => {
  const allowed = [
    "receiving",
    "https://ref.gs1.org/cbv/BizStep-receiving",
    "cbv:BizStep-receiving",
    "https://a.example/thawing",
  ];
  const refused = [
    "thawing",
    "urn:epcglobal:cbv:bizstep:receiving",
    "https://ref.gs1.org/cbv/BizStep-thawing",
    "",
    "https://ns.gs1.org/cbv/x",
  ];
  expect(allowed.filter((word) => !isVocabularyWord("BizStep", word))).toEqual([]);
  expect(refused.filter((word) => isVocabularyWord("BizStep", word))).toEqual([]);
});
