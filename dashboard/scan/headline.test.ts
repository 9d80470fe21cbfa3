import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { otherLotReason } from "#domain/log/prove-lot.ts";
import type { Answer, Leg } from "#domain/provenance/answer.ts";
import { headline } from "./headline.ts";
import { outsideMs } from "./outside-ms.ts";
import {
  goodAnswer,
  recalledAnswer,
  silentAnswer,
  soldAnswer,
  soldTwiceAnswer,
  unknownAnswer,
  warmAnswer,
} from "./sample-answers.ts";

const withResult = (result: string): Answer => ({ ...goodAnswer, proof: { ...goodAnswer.proof, result } });
const withState = (state: Partial<Answer["state"]>): Answer => ({
  ...goodAnswer,
  state: { ...goodAnswer.state, ...state },
});

const withLastLeg = (last: Partial<Leg>): Answer => {
  const legs = goodAnswer.cold.legs.map((leg, at, all) =>
    at === all.length - 1 ? { ...leg, ...last } : leg,
  );
  return { ...goodAnswer, cold: { ...goodAnswer.cold, state: "NOT_DEMONSTRABLE", legs } };
};
const openLeg = (...codes: Leg["reasons"][number]["code"][]): Partial<Leg> => ({
  state: "NOT_DEMONSTRABLE",
  reasons: codes.map((code) => ({ code })),
});

const mismatch = withResult("SUBJECT_MISMATCH");
const ofOtherLot: Answer = { ...mismatch, proof: { ...mismatch.proof, reasons: [otherLotReason] } };

describe("headline", () => {
  it.each<[string, Answer, string, string]>([
    ["all four answered well", goodAnswer, "good", "good"],
    ["sold once", soldAnswer, "goodSold", "good"],
    ["recalled", recalledAnswer, "recalled", "stop"],
    ["revoked on chain", withResult("REVOKED"), "recalled", "stop"],
    ["expired", withState({ state: "EXPIRED" }), "expired", "stop"],
    [
      "sold once and expired",
      withState({ state: "SOLD", reasons: [{ code: "PAST_EXPIRY" }] }),
      "expired",
      "stop",
    ],
    ["never seen", unknownAnswer, "unknown", "caution"],
    ["sold twice", soldTwiceAnswer, "soldSeveral", "caution"],
    ["on hold", withState({ state: "ON_HOLD" }), "hold", "caution"],
    ["too warm", warmAnswer, "warm", "caution"],
    ["silent sensor", silentAnswer, "notDemonstrable", "open"],
    ["a gap and nothing else", withLastLeg(openLeg("GAP")), "gap", "open"],
    ["an expired calibration", withLastLeg(openLeg("CALIBRATION_EXPIRED")), "calibration", "open"],
    ["several causes", withLastLeg(openLeg("GAP", "UNSIGNED")), "notDemonstrable", "open"],
    ["nothing measured at all", withLastLeg(openLeg("NOTHING_MEASURED")), "notDemonstrable", "open"],
    [
      "a tested box to the end",
      withLastLeg({ ...openLeg("PACKAGED_IN_TIME"), evidence: "PACKAGED" }),
      "packaged",
      "open",
    ],
    [
      "cold since it was first seen, its past unknown",
      { ...goodAnswer, known: { state: "KNOWN_IN_NETWORK", reasons: [{ code: "SEEN_IN_STOCK" }] } },
      "sinceOnly",
      "open",
    ],
    ["state unknown", withState({ state: "UNKNOWN" }), "stateUnknown", "open"],
    ["no expiry", withState({ reasons: [{ code: "EXPIRY_NOT_STATED" }] }), "expiryUnknown", "open"],
    ["a forged proof", withResult("TAMPERED"), "broken", "stop"],
    ["a fork", withResult("FORK_DETECTED"), "broken", "stop"],
    ["a proof of another code", withResult("SUBJECT_MISMATCH"), "broken", "stop"],
    ["a label with another lot than the log's", ofOtherLot, "otherLot", "stop"],
    ["chain down", withResult("CHAIN_UNREACHABLE"), "unproved", "open"],
    ["stale", withResult("STALE"), "unproved", "open"],
    ["a result nobody knows", withResult("FINE_TRUST_ME"), "unproved", "open"],
    ["not anchored", withResult("NOT_ANCHORED_YET"), "notYetProved", "open"],
  ])("%s", (_, answer, key, tone) => {
    expect(headline(answer)).toMatchObject({ key, tone });
  });

  it("a pack too new for the log is not called unknown, one that was never seen is", () => {
    const tooNew: Answer = {
      ...unknownAnswer,
      known: { state: "UNKNOWN", reasons: [{ code: "NOT_SEALED_YET" }] },
    };
    expect(headline(tooNew).key).toBe("notYetProved");
    expect(headline({ ...tooNew, known: { state: "UNKNOWN", reasons: [] } }).key).toBe("unknown");
  });

  it("names both directions, or the one there was", () => {
    const leg = warmAnswer.cold.legs[3];
    if (leg === undefined) throw new Error("the sample has a warm leg");
    const low = { direction: "low", from: leg.from, to: leg.to, durationMs: 60_000, extremeC: 0.4 } as const;
    const cold = { ...warmAnswer.cold, legs: [{ ...leg, excursions: [low] }] };
    expect(headline({ ...warmAnswer, cold })).toMatchObject({
      key: "cold",
      facts: { extremeC: 0.4, durationMs: 60_000 },
    });
    const both = { ...cold, legs: [{ ...leg, excursions: [low, ...leg.excursions] }] };
    expect(headline({ ...warmAnswer, cold: both }).key).toBe("warmAndCold");
    expect(
      headline({ ...warmAnswer, cold: { ...cold, legs: [], reasons: [{ code: "TOO_COLD" }] } }).key,
    ).toBe("cold");
  });

  it("is green only if all four are answered well, whatever the mix", () => {
    const results = [
      "VALID_FINAL",
      "VALID_PROVISIONAL",
      "STALE",
      "REVOKED",
      "MALFORMED",
      "ANCHOR_UNPROVED",
      "KEY_UNKNOWN",
    ];
    const packStates = [
      "IN_TRADE",
      "SOLD",
      "SOLD_SEVERAL_TIMES",
      "RECALLED",
      "EXPIRED",
      "ON_HOLD",
      "UNKNOWN",
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom("KNOWN_FROM_MAKER", "KNOWN_IN_NETWORK", "UNKNOWN"),
        fc.constantFrom(...packStates),
        fc.constantFrom("COMPLIANT", "EXCURSION", "NOT_DEMONSTRABLE"),
        fc.boolean(),
        fc.constantFrom(...results),
        (known, state, cold, isProvedSpan, result) => {
          const answer: Answer = {
            ...goodAnswer,
            known: { state: known, reasons: [] },
            state: { state, soldCount: 0, reasons: [] },
            cold: { ...goodAnswer.cold, state: cold, proved: isProvedSpan ? goodAnswer.cold.proved : null },
            proof: { ...goodAnswer.proof, result },
          };
          const well =
            known !== "UNKNOWN" &&
            ["IN_TRADE", "SOLD"].includes(state) &&
            cold === "COMPLIANT" &&
            isProvedSpan &&
            result.startsWith("VALID_");
          expect(headline(answer).tone === "good").toBe(well);
        },
      ),
    );
  });
});

describe("time outside the limits", () => {
  const span = (from: number, durationMs: number) =>
    ({ direction: "high", from, to: null, durationMs, extremeC: 9 }) as const;

  it("counts what two sensors saw at once only once", () => {
    expect(outsideMs([span(0, 100), span(50, 100), span(500, 10)])).toBe(160);
    expect(outsideMs([span(0, 100), span(20, 10)])).toBe(100);
    expect(outsideMs([])).toBe(0);
  });
});
