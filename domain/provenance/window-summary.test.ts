import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mktTerm } from "#domain/coldchain/mkt.ts";
import { summarizeWindow, type WindowReading } from "./window-summary.ts";

const minute = 60_000;
const window = { from: 0, to: 60 * minute, lowerMilliC: 2_000, upperMilliC: 8_000, holdMaxMs: 30 * minute };
const points = [{ point: "aa", calibratedUntil: 9 }];
const row = (atMin: number, tMilliC: number | null, more: Partial<WindowReading> = {}): WindowReading => ({
  point: "aa",
  ts: atMin * minute,
  tMilliC,
  err: null,
  receivedAt: atMin * minute + 500,
  ...more,
});
const one = (rows: WindowReading[], more: Partial<typeof window> = {}) =>
  summarizeWindow({ ...window, ...more, points, rows })[0];

describe("the summary of a window", () => {
  it("names a point that sent nothing", () => {
    expect(one([])).toEqual({
      point: "aa",
      n: 0,
      min: null,
      max: null,
      mean: null,
      mktSum: 0,
      weightMs: 0,
      first: null,
      last: null,
      longestGapMs: 0,
      longestGapOutMs: 0,
      lagMinMs: null,
      lagMaxMs: null,
      faults: 0,
      calibratedUntil: 9,
    });
  });

  it("takes extremes, mean rounded half up, first and last from good readings in any order", () => {
    const summary = one([
      row(20, 5_002),
      row(10, 5_001),
      row(30, null, { err: "open" }),
      row(40, 9_000, { err: "x" }),
    ]);
    expect(summary).toMatchObject({ n: 2, min: 5_001, max: 5_002, mean: 5_002, faults: 2 });
    expect(summary).toMatchObject({ first: 10 * minute, last: 20 * minute });
    expect(one([row(1, -1), row(2, 0)])?.mean).toBe(0);
  });

  it("takes gaps between good readings, and after those strictly out of limits", () => {
    const rows = [row(0, 8_000), row(10, 8_001), row(15, null), row(22, 8_000), row(59, 1_999)];
    expect(one(rows)).toMatchObject({ longestGapMs: 37 * minute, longestGapOutMs: 12 * minute });
    expect(one([row(0, 2_000), row(50, 8_000)])?.longestGapOutMs).toBe(0);
  });

  it("weighs by left-hold inside the window, the first reading back to its start, each hold capped", () => {
    expect(one([row(10, 5_000)])?.weightMs).toBe(40 * minute);
    expect(one([row(10, 5_000), row(20, 5_000)])?.weightMs).toBe(50 * minute);
    expect(one([row(10, 5_000), row(20, null), row(50, 7_000)], { holdMaxMs: 5 * minute })?.weightMs).toBe(
      15 * minute,
    );
    const sum = (20 * mktTerm(4_000) + 40 * mktTerm(6_000)) * minute * 1000;
    expect(one([row(10, 4_000), row(20, 6_000)], { holdMaxMs: 60 * minute })?.mktSum).toBe(Math.round(sum));
  });

  it("takes the lag from every row", () => {
    const rows = [row(1, 5_000), row(2, null, { receivedAt: 2 * minute + 9 }), row(3, 1, { receivedAt: 0 })];
    expect(one(rows)).toMatchObject({ lagMinMs: -3 * minute, lagMaxMs: 500 });
  });

  it("sorts points and keeps them apart", () => {
    const two = [{ point: "bb", calibratedUntil: null }, ...points];
    const rows = [row(1, 1), row(1, 2, { point: "bb" })];
    const found = summarizeWindow({ ...window, points: two, rows });
    expect(found.map(({ point, max }) => [point, max])).toEqual([
      ["aa", 1],
      ["bb", 2],
    ]);
  });

  it("refuses rows outside the window, of other points, and twice at one time", () => {
    expect(() => one([row(60, 1)])).toThrow("outside the window");
    expect(() => one([row(-1, 1)])).toThrow("outside the window");
    expect(() => one([row(1, 1, { point: "zz" })])).toThrow("isn't in the equipment");
    expect(() => one([row(1, 1), row(1, 2)])).toThrow("twice");
  });

  it("never weighs more than the window, and the weighted mean lies between the extremes' terms", () => {
    const sample = fc.record({ at: fc.nat(59), t: fc.integer({ min: -20_000, max: 40_000 }) });
    fc.assert(
      fc.property(fc.uniqueArray(sample, { selector: ({ at }) => at, minLength: 1 }), (samples) => {
        const summary = one(samples.map(({ at, t }) => row(at, t)));
        expect(summary?.weightMs).toBeLessThanOrEqual(60 * minute);
        const mean = (summary?.mktSum ?? 0) / 1000 / (summary?.weightMs ?? 1);
        expect(mean).toBeGreaterThanOrEqual(mktTerm(summary?.min ?? 0) * 0.999);
        expect(mean).toBeLessThanOrEqual(mktTerm(summary?.max ?? 0) * 1.001);
      }),
    );
  });
});
