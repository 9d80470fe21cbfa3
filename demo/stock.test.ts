import { describe, expect, it } from "vitest";
import { liveCapture } from "./live-steps.ts";
import { demoNetwork } from "./network.ts";
import { seedOf } from "./seed.ts";

const now = Date.UTC(2026, 2, 14, 9, 26, 53);
const hourMs = 3_600_000;
const codesIn = (text: string): string[] => text.match(/https:\/\/id\.gs1\.org\/01\/\d{14}\/21\/\w+/g) ?? [];

describe.each([3, 120, 130])("the ordinary packs of %d pharmacies", (sites) => {
  const { stock, network } = demoNetwork({ seed: 1, sites, now });
  const steps = stock.live.map((step) => ({
    step,
    text: JSON.stringify(liveCapture({ seed: seedOf("1") }, step, now + step.afterMs).document),
  }));

  it("are at most 1,500, and enter before they are sold, once each", () => {
    const entered = new Set(codesIn(JSON.stringify(stock.captures)));
    const sold: string[] = [];
    for (const { step, text } of steps) {
      if (step.what === "stock-taking") for (const code of codesIn(text)) entered.add(code);
      if (step.what !== "dispensing") continue;
      for (const code of codesIn(text)) expect(entered.has(code)).toBe(true);
      sold.push(...codesIn(text));
    }
    expect(entered.size).toBe(9 * Math.min(sites, 120));
    expect(new Set(sold).size).toBe(sold.length);
    expect(sold).toHaveLength(6 * Math.min(sites, 120));
  });

  it("happen in the order of time, each event once, by whoever has the place", () => {
    const times = steps.map(({ step }) => step.afterMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const ids = steps.flatMap(({ text }) => text.match(/urn:uuid:[0-9a-f-]{36}/g) ?? []);
    expect(new Set(ids).size).toBe(ids.length);
    const owners = new Set(network.organisations.map(({ id }) => id));
    for (const { step } of steps) expect(owners.has(step.place.organisation)).toBe(true);
  });

  it("are few an hour", () => {
    const firstHour = steps.filter(({ step }) => step.afterMs > 0 && step.afterMs < hourMs);
    expect(firstHour.length).toBeLessThan(40);
    const loaded = steps.filter(({ step }) => step.what === "loading").map(({ text }) => text);
    const arrived = steps.filter(({ step }) => step.what === "arriving");
    expect(arrived).toHaveLength(loaded.length);
    expect(loaded).toHaveLength(Math.min(sites, 120));
  });
});
