import { describe, expect, it } from "vitest";
import { sampleEquipment, sampleSite } from "../sample-sites.ts";
import { sayIn } from "../words.ts";
import { type AnswerFacts, answerOf } from "./answer.ts";

/** 12:00 in Beijing. */
const noon = Date.UTC(2026, 2, 1, 4);
const live = { live: true } as const;
const well = [sampleSite({}), sampleSite({}), sampleSite({})];
const warm = sampleSite({ equipment: [sampleEquipment({ state: "too-warm" })] });
const silent = sampleSite({
  equipment: [sampleEquipment({ state: "no-data" }), sampleEquipment({ state: "no-data" })],
});
const truck = sampleSite({ equipment: [sampleEquipment({ state: "sensor-fault", kind: "vehicle" })] });

const en = (facts: Partial<AnswerFacts>) =>
  answerOf({ sites: well, liveness: live, checkedMs: noon, ...facts }, sayIn("en"));
const zh = (facts: Partial<AnswerFacts>) =>
  answerOf({ sites: well, liveness: live, checkedMs: noon, ...facts }, sayIn("zh-CN"));

describe("the answer in words", () => {
  it("says that all is well, and when it was checked", () => {
    expect(en({})).toEqual({
      tone: "good",
      sentence: "All 3 sites are in range.",
      note: "Live, checked at 12:00.",
    });
    expect(zh({}).sentence).toBe("3 个场所全部正常。");
    expect(en({ sites: well.slice(1, 2) }).sentence).toBe("Your site is in range.");
  });

  it("names what is wrong, worst first, and what is in range", () => {
    expect(en({ sites: [...well, silent, warm] })).toMatchObject({
      tone: "stop",
      sentence: "1 refrigerator is too warm now, 2 have sent nothing lately; 3 sites in range.",
    });
    expect(zh({ sites: [...well, silent, warm] }).sentence).toBe(
      "1 台冷藏柜正在超温，2 台没有新数据；3 个场所正常。",
    );
  });

  it("says of what fell silent too warm that it was, not that it is", () => {
    const lost = sampleSite({
      equipment: [sampleEquipment({ state: "too-warm", silentSince: "2026-03-01T03:20:00.000Z" })],
    });
    expect(en({ sites: [lost] }).sentence).toBe("1 refrigerator was too warm when it fell silent at 11:20.");
    expect(zh({ sites: [lost] }).sentence).toBe("1 台冷藏柜在 11:20 失去数据时处于超温。");
    expect(en({ sites: [warm, lost, lost] }).sentence).toBe(
      "1 refrigerator is too warm now, 2 were too warm when they fell silent.",
    );
  });

  it("names the kind again when it changes, and leaves out what is in range when nothing is", () => {
    expect(en({ sites: [warm, truck] }).sentence).toBe(
      "1 refrigerator is too warm now, 1 vehicle has a sensor fault.",
    );
  });

  it("tells the three worst kinds of trouble, the rest as a number", () => {
    const cold = sampleSite({ equipment: [sampleEquipment({ state: "too-cold" })] });
    const expired = sampleSite({ equipment: [sampleEquipment({ state: "calibration-expired" })] });
    expect(en({ sites: [...well, warm, silent, truck, cold, expired] }).sentence).toBe(
      "1 refrigerator is too cold now, 1 is too warm now, 2 have sent nothing lately, 2 more need attention; 3 sites in range.",
    );
  });

  it("is never green without data or without a live stream", () => {
    expect(en({ sites: [] })).toMatchObject({ tone: "open", sentence: "No site is set up for you yet." });
    const down = { live: false, sinceMs: noon - 600_000 } as const;
    expect(en({ liveness: down })).toEqual({
      tone: "open",
      sentence: "Not live since 11:50.",
      note: "As of 12:00: All 3 sites are in range.",
    });
    expect(en({ liveness: down, sites: [warm] }).tone).toBe("caution");
  });

  it("a site that is registered without equipment is not called in range", () => {
    const bare = sampleSite({ equipment: [] });
    expect(en({ sites: [bare] })).toMatchObject({
      tone: "open",
      sentence: "1 site has no equipment to watch.",
    });
    expect(en({ sites: [...well, bare] })).toMatchObject({
      tone: "open",
      sentence: "1 site has no equipment to watch; 3 sites in range.",
    });
  });
});
