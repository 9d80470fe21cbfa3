import { describe, expect, it } from "vitest";
import { sampleEquipment } from "../sample-sites.ts";
import { statesWorstFirst } from "../states.ts";
import { sayIn } from "../words.ts";
import { adviceFor } from "./advice.ts";
import { readingAge, stateSentence } from "./state-sentence.ts";

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

  it.each(statesWorstFirst)("%s is a whole sentence with no fact known", (state) => {
    const bare = sampleEquipment({ state, since: null, asOf: null, tC: null });
    for (const lang of ["en", "zh-CN"] as const)
      expect(stateSentence(bare, now, sayIn(lang))).toMatch(/^[^[\]{}—]+[.。]$/);
  });
});

it("no data is told as such, with how long", () => {
  const asOf = "2026-03-01T03:18:00.000Z";
  expect(readingAge({ state: "no-data", asOf }, now, en)).toBe("no data for 42 min");
  expect(readingAge({ state: "in-range", asOf }, now, en)).toBe("42 min ago");
  expect(readingAge({ state: "never-reported", asOf: null }, now, en)).toBe("no reading ever");
});

it("says what to do in every state but the good one", () => {
  for (const state of statesWorstFirst) expect(adviceFor(state).length > 0).toBe(state !== "in-range");
});
