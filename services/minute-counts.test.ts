import { describe, expect, it } from "vitest";
import { MinuteCounts } from "./minute-counts.ts";

describe("MinuteCounts", () => {
  it("holds so many a minute for each key, and a fresh minute begins anew", () => {
    let now = 1_000;
    const counts = new MinuteCounts(2, () => now);
    expect([counts.count("a"), counts.count("a"), counts.count("a"), counts.count("b")]).toEqual([
      true,
      true,
      false,
      true,
    ]);
    now += 59_999;
    expect(counts.count("a")).toBe(false);
    now += 1;
    expect(counts.count("a")).toBe(true);
  });

  it("tells a full minute without counting the question", () => {
    let now = 0;
    const counts = new MinuteCounts(1, () => now);
    expect([counts.isFull("a"), counts.isFull("a"), counts.count("a")]).toEqual([false, false, true]);
    expect([counts.isFull("a"), counts.isFull("b")]).toEqual([true, false]);
    now += 60_000;
    expect(counts.isFull("a")).toBe(false);
  });

  it("takes back what was no such thing, never below nothing", () => {
    const counts = new MinuteCounts(1, () => 0);
    counts.takeBack("a");
    for (let n = 0; n < 5; n += 1) {
      expect(counts.count("a")).toBe(true);
      counts.takeBack("a");
    }
    counts.count("a");
    expect(counts.count("a")).toBe(false);
  });

  it("forgets the oldest of ten thousand keys, not those that came after", () => {
    const counts = new MinuteCounts(1, () => 0);
    for (let n = 0; n <= 10_000; n += 1) counts.count(`key ${n}`);
    expect(counts.count("key 0")).toBe(true);
    expect(counts.count("key 10000")).toBe(false);
  });
});
