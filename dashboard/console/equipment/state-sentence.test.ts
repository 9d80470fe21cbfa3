import { describe, expect, it } from "vitest";
import { sampleEquipment } from "../sample-sites.ts";
import { equipmentStatesWorstFirst } from "../states.ts";
import { sayIn } from "../words.ts";
import { adviceFor } from "./advice.ts";
import { readingAge, stateAnswer, stateSentence } from "./state-sentence.ts";

/** 12:00 in Beijing. */
const now = Date.UTC(2026, 2, 1, 4);
const en = sayIn("en", [2, 8]);
const warm = sampleEquipment({ state: "too-warm", tC: 8.04, since: "2026-03-01T03:18:00.000Z" });

describe("a state in one sentence", () => {
  it("says how warm, since when and against which limit, never rounding onto the limit", () => {
    expect(stateSentence(warm, now, en)).toBe(
      "Too warm: 8.04 °C, above the limit of 8.0 °C since 11:18 (for 42 min).",
    );
    expect(stateSentence(warm, now, sayIn("zh-CN", [2, 8]))).toBe(
      "超温：8.04 °C，高于上限 8.0 °C，自 11:18 起已持续 42 分钟。",
    );
  });

  it.each(equipmentStatesWorstFirst)("%s is a whole sentence with no fact known", (state) => {
    const bare = sampleEquipment({ state, since: null, asOf: null, tC: null });
    for (const lang of ["en", "zh-CN"] as const)
      expect(stateSentence(bare, now, sayIn(lang))).toMatch(/^[^[\]{}—]+[.。]$/);
  });
});

it("what fell silent too warm was so then, and is not said to be so now", () => {
  const silentSince = "2026-03-01T03:20:00.000Z";
  const silent = { ...warm, asOf: silentSince, silentSince };
  expect(stateSentence(silent, now, en)).toBe(
    "Was too warm: 8.04 °C, above the limit of 8.0 °C since 11:18, when it fell silent at 11:20: nobody can say how warm it is in there now.",
  );
  expect(stateSentence(silent, now, sayIn("zh-CN", [2, 8]))).toContain("11:20 失去数据时处于超温");
  expect(readingAge(silent, now, en)).toBe("no data for 40 min");
});

it("a state that isn't live is told with its time and never looks good", () => {
  const fine = sampleEquipment({});
  expect(stateAnswer(fine, { nowMs: now, onceMs: null }, en)).toEqual({
    tone: "good",
    sentence: "In range: 4.5 °C.",
  });
  expect(stateAnswer(fine, { nowMs: now, onceMs: now - 600_000 }, en)).toEqual({
    tone: "open",
    sentence: "As of 11:50: In range: 4.5 °C.",
  });
  expect(stateAnswer(warm, { nowMs: now, onceMs: now - 600_000 }, en).tone).toBe("caution");
});

it("no data is told as such, with how long", () => {
  const asOf = "2026-03-01T03:18:00.000Z";
  expect(readingAge({ state: "no-data", asOf, silentSince: null }, now, en)).toBe("no data for 42 min");
  expect(readingAge({ state: "in-range", asOf, silentSince: null }, now, en)).toBe("42 min ago");
  expect(readingAge({ state: "never-reported", asOf: null, silentSince: null }, now, en)).toBe(
    "no reading ever",
  );
});

it("says what to do in every state but the good one", () => {
  for (const state of equipmentStatesWorstFirst)
    expect(adviceFor(state).length > 0).toBe(state !== "in-range");
});
