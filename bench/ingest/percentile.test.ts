import { describe, expect, it } from "vitest";
import { median, percentile, slope } from "./percentile.ts";

describe("percentile", () => {
  it("is the nearest rank, whatever the order", () => {
    const values = [50, 15, 40, 20, 35];
    expect([0.05, 0.3, 0.4, 0.5, 1].map((share) => percentile(values, share))).toEqual([15, 20, 20, 35, 50]);
  });

  it("sees the one slow probe of a hundred only above p99", () => {
    const values = [...Array.from({ length: 99 }, () => 1), 900];
    expect(percentile(values, 0.99)).toBe(1);
    expect(percentile(values, 0.991)).toBe(900);
  });

  it("is null of nothing", () => {
    expect(percentile([], 0.5)).toBeNull();
  });
});

describe("median", () => {
  it("takes the middle, or the mean of the two in the middle", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 10, 1, 2])).toBe(3);
    expect(median([])).toBeNull();
  });
});

describe("slope", () => {
  it("is the growth for each unit, through noise", () => {
    const points = [0, 1, 2, 3].map((x) => ({ x, y: 100 + 7 * x + (x % 2 === 0 ? 0.5 : -0.5) }));
    expect(slope(points)).toBeCloseTo(6.8, 6);
  });

  it("is 0 where there is no spread", () => {
    expect(slope([{ x: 1, y: 5 }])).toBe(0);
    expect(slope([])).toBe(0);
  });
});
