import { describe, expect, it } from "vitest";
import {
  conditionsOf,
  type EquipmentNow,
  equipmentState,
  type PointNow,
  silentAfterMs,
} from "./equipment-state.ts";

const minuteMs = 60_000;
const now = Date.UTC(2026, 2, 1, 12);
const point = (change: Partial<PointNow> = {}): PointNow => ({
  newestTs: now - minuteMs,
  tMilliC: 5_000,
  err: null,
  calibratedUntil: now + minuteMs,
  acceptedAt: now - 100 * minuteMs,
  ...change,
});
const fridge = (points: readonly PointNow[], change: Partial<EquipmentNow> = {}): EquipmentNow => ({
  lowerMilliC: 2_000,
  upperMilliC: 8_000,
  silentAfterMs: silentAfterMs("CN-GSP", 1, "shop"),
  points,
  excursions: [],
  ...change,
});

describe("the state of an equipment", () => {
  it.each([
    ["fresh, whole and calibrated", point(), "in-range", null],
    ["exactly at its limits", point({ tMilliC: 8_000 }), "in-range", null],
    ["exactly as old as the rules allow", point({ newestTs: now - 30 * minuteMs }), "in-range", null],
    ["too old", point({ newestTs: now - 30 * minuteMs - 1 }), "no-data", now - 30 * minuteMs - 1],
    ["a fault code", point({ tMilliC: null, err: "open" }), "sensor-fault", now - minuteMs],
    ["no temperature and no fault", point({ tMilliC: null }), "sensor-fault", now - minuteMs],
    ["an expired calibration", point({ calibratedUntil: now - 1 }), "calibration-expired", now - 1],
    ["none at all", point({ calibratedUntil: null }), "calibration-expired", now - 100 * minuteMs],
    ["nothing ever", point({ newestTs: null, tMilliC: null }), "never-reported", now - 100 * minuteMs],
    ["brought in from a logger's file", point({ isReplay: true }), "never-reported", now - 100 * minuteMs],
    ["a file's reading too warm", point({ isReplay: true, tMilliC: 8_001 }), "too-warm", now - minuteMs],
    ["above limits that were tightened", point({ tMilliC: 8_001 }), "too-warm", now - minuteMs],
    ["below them", point({ tMilliC: 1_999 }), "too-cold", now - minuteMs],
  ])("%s", (_name, only, state, since) => {
    expect(equipmentState(fridge([only]), now)).toEqual({ state, since });
  });

  it("is not in range without a measuring point", () => {
    expect(equipmentState(fridge([]), now)).toEqual({ state: "never-reported", since: null });
  });

  it("lasts from the beginning of the excursion, also when nothing came for long", () => {
    const silent = point({ newestTs: now - 50 * minuteMs, tMilliC: 9_000 });
    const excursions = [{ direction: "high" as const, fromTs: now - 70 * minuteMs }];
    const equipment = fridge([silent], { excursions });
    expect(equipmentState(equipment, now)).toEqual({ state: "too-warm", since: now - 70 * minuteMs });
    expect(conditionsOf(equipment, now).map(({ state }) => state)).toEqual(["too-warm", "no-data"]);
  });

  it("tells the worst of several points, each condition since its earliest", () => {
    const points = [
      point({ tMilliC: null, err: "open" }),
      point({ newestTs: now - 40 * minuteMs }),
      point({ newestTs: now - 60 * minuteMs }),
      point(),
    ];
    expect(equipmentState(fridge(points), now)).toEqual({ state: "no-data", since: now - 60 * minuteMs });
    const both = [
      { direction: "high" as const, fromTs: now - 5 },
      { direction: "low" as const, fromTs: now - 3 },
    ];
    expect(equipmentState(fridge(points, { excursions: both }), now).state).toBe("too-cold");
  });
});

describe("how long a point may be silent", () => {
  it("is the profile's record interval, and no time at all under rules nobody knows", () => {
    expect(silentAfterMs("CN-GSP", 1, "warehouse")).toBe(30 * minuteMs);
    expect(silentAfterMs("CN-GSP", 1, "transport")).toBe(5 * minuteMs);
    expect(silentAfterMs("CN-GSP", 9, "shop")).toBe(0);
  });
});
