import { describe, expect, it } from "vitest";
import type { VerificationResult } from "#domain/log/bundle.ts";
import type { Answer } from "#domain/provenance/answer.ts";
import {
  goodAnswer,
  recalledAnswer,
  silentAnswer,
  soldTwiceAnswer,
  unknownAnswer,
  warmAnswer,
} from "../scan/sample-answers.ts";
import { toneOf } from "./tone-of.ts";

const code = goodAnswer.code;

function toned(answer: Answer | null, result: VerificationResult = "VALID_FINAL", chainClass = "public") {
  const told = answer && { ...answer, proof: { ...answer.proof, result } };
  const proof = { result, asOf: null, reasons: [], contents: null };
  return { proof, answer: told, chainClass: chainClass as Answer["proof"]["chainClass"] };
}

const withState = (state: Answer["state"]["state"]): Answer => ({
  ...goodAnswer,
  state: { state, soldCount: 0, reasons: [] },
});

describe("a final proof", () => {
  it.each<[string, string, Answer]>([
    ["of a good pack", "good", goodAnswer],
    ["of a recalled one", "stop", recalledAnswer],
    ["of one that expired", "stop", withState("EXPIRED")],
    ["of one sold several times", "caution", soldTwiceAnswer],
    ["of one that nobody knows", "caution", unknownAnswer],
    ["of one whose state is not shown", "open", withState("UNKNOWN")],
    ["of one on hold", "caution", withState("ON_HOLD")],
    ["of one that was too warm", "caution", warmAnswer],
    ["of one with a silent sensor", "open", silentAnswer],
  ])("%s is %s", (_what, tone, answer) => {
    expect(toneOf(toned(answer), code)).toBe(tone);
  });

  it.each(["operator", "consortium", "public"])(
    "is green on a chain of class %s unless the operator's",
    (chain) => {
      expect(toneOf(toned(goodAnswer, "VALID_FINAL", chain), code)).toBe(
        chain === "operator" ? "caution" : "good",
      );
    },
  );

  it("is not green without a code", () => {
    expect(toneOf(toned(goodAnswer), "")).toBe("caution");
  });
});

describe("any other proof of a good pack is not green", () => {
  it.each<[VerificationResult, string]>([
    ["VALID_PROVISIONAL", "caution"],
    ["STALE", "open"],
    ["NOT_ANCHORED_YET", "open"],
    ["REVOKED", "stop"],
    ["FORK_DETECTED", "stop"],
  ])("%s is %s", (result, tone) => {
    expect(toneOf(toned(goodAnswer, result), code)).toBe(tone);
  });
});

describe("where nothing is proved", () => {
  it.each<[VerificationResult, string]>([
    ["TAMPERED", "stop"],
    ["SUBJECT_MISMATCH", "stop"],
    ["KEY_UNKNOWN", "open"],
  ])("%s is %s", (result, tone) => {
    expect(toneOf(toned(null, result), code)).toBe(tone);
  });
});
