import { expect, it } from "vitest";
import { translate } from "../../i18n/words.ts";
import { stepWords, whoseWord } from "./step-words.ts";

const tell = translate("en");

it("a step is told in words, and what is not in the vocabulary only as another one", () => {
  expect(stepWords({ step: "receiving", disposition: "sellable_accessible" }, tell)).toBe(
    "received (for sale)",
  );
  expect(stepWords({ step: "receiving", disposition: null }, tell)).toBe("received");
  expect(stepWords({ step: "<b>raw</b>", disposition: "raw" }, tell)).toBe("another step");
});

it("says whose word it is", () => {
  expect(whoseWord({ signed: true, offline: false }, tell)).toBe("signed by them");
  expect(whoseWord({ signed: true, offline: true }, tell)).toContain("without a connection");
  expect(whoseWord({ signed: false, offline: false }, tell)).toBe("unsigned: our word");
  expect(whoseWord({ signed: false, offline: true }, tell)).toContain("our word");
});
