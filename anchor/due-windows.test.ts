import { describe, expect, it } from "vitest";
import { dueWindows, nextDueAt } from "./due-windows.ts";

const hour = 3_600_000;
const fridge = {
  tenantId: "t",
  id: "f",
  segmentMs: hour,
  acceptedAt: 10 * hour,
  tiledFrom: 8 * hour,
  sealedTo: null,
};
const graces = { graceMs: 1_000, acceptedGraceMs: 1_000 };
const places = (
  equipment: typeof fridge | (Omit<typeof fridge, "sealedTo"> & { sealedTo: number }),
  now: number,
  limit = 9,
) => dueWindows(equipment, { now, ...graces, limit }).map(({ fromMs, toMs }) => [fromMs / hour, toMs / hour]);

describe("the windows that are due", () => {
  it("wait for the grace after their end and after the equipment was accepted", () => {
    expect(places(fridge, 10 * hour + 999)).toEqual([]);
    expect(places(fridge, 10 * hour + 1_000)).toEqual([
      [8, 9],
      [9, 10],
    ]);
    expect(places(fridge, 11 * hour + 1_000)).toHaveLength(3);
  });

  it("don't wait after the acceptance where that grace is waived, but always after their end", () => {
    const hurried = { graceMs: 1_000, acceptedGraceMs: 0, limit: 9 };
    expect(dueWindows(fridge, { ...hurried, now: 10 * hour })).toHaveLength(1);
    expect(dueWindows(fridge, { ...hurried, now: 10 * hour + 1_000 })).toHaveLength(2);
  });

  it("tell when the next one is due", () => {
    expect(nextDueAt(fridge, graces)).toBe(10 * hour + 1_000);
    expect(nextDueAt({ ...fridge, sealedTo: 11 * hour }, graces)).toBe(12 * hour + 1_000);
  });

  it("go on where the last sealed one ends, at most so many at once", () => {
    expect(places({ ...fridge, sealedTo: 10 * hour }, 12 * hour + 1_000)).toEqual([
      [10, 11],
      [11, 12],
    ]);
    expect(places(fridge, 100 * hour, 3)).toHaveLength(3);
  });

  it("meet the new grid by one shorter window when the segment's length changed", () => {
    expect(places({ ...fridge, segmentMs: 2 * hour, sealedTo: 9 * hour }, 13 * hour)).toEqual([
      [9, 10],
      [10, 12],
    ]);
  });
});
