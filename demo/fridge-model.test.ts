import { describe, expect, it } from "vitest";
import { airTemperatureC, type Climate, hasPower, isDoorOpen, probeValue } from "./fridge-model.ts";

const minuteMs = 60_000;
const climate: Climate = {
  start: 7,
  setpointC: 4.6,
  cycleC: 0.8,
  cycleMs: 34 * minuteMs,
  doorC: 1.6,
  load: 0.4,
};
const probe = { start: 99, humidity: true };
const noon = Date.UTC(2026, 0, 15, 4);
const midnight = Date.UTC(2026, 0, 15, 16);
const minutes = (from: number, count: number): number[] =>
  Array.from({ length: count }, (_, at) => from + at * minuteMs);
const range = (values: number[]): number => Math.max(...values) - Math.min(...values);

describe("the fridge model", () => {
  it("gives the same reading whenever it is asked", () => {
    const once = minutes(noon, 600).map((ts) => probeValue(climate, probe, ts));
    expect(minutes(noon, 600).map((ts) => probeValue(climate, probe, ts))).toEqual(once);
    expect(new Set(once.map((value) => value?.t)).size).toBeGreaterThan(50);
  });

  it("differs between probes and between equipment", () => {
    expect(probeValue(climate, { start: 100, humidity: false }, noon)).not.toEqual(
      probeValue(climate, probe, noon),
    );
    expect(airTemperatureC({ ...climate, start: 8 }, noon)).not.toBe(airTemperatureC(climate, noon));
  });

  it("swings with its compressor, and more while the shop is open", () => {
    const night = minutes(midnight, 300).map((ts) => airTemperatureC(climate, ts));
    const day = minutes(noon, 300).map((ts) => airTemperatureC(climate, ts));
    expect(range(night)).toBeCloseTo(2 * climate.cycleC, 1);
    expect(range(day)).toBeGreaterThan(range(night) + 0.2);
  });

  it("warms towards the ambient when its unit fails and comes back when it is repaired", () => {
    const failure = {
      from: noon,
      repairedAt: noon + 50 * minuteMs,
      towardsC: 26,
      followMs: 150 * minuteMs,
      recoveryMs: 20 * minuteMs,
      mains: true,
    };
    const failing = { ...climate, doorC: 0, failure };
    expect(airTemperatureC(failing, noon - 1)).toBe(airTemperatureC({ ...climate, doorC: 0 }, noon - 1));
    expect(airTemperatureC(failing, failure.repairedAt)).toBeGreaterThan(10);
    expect(airTemperatureC(failing, failure.repairedAt + 3 * 60 * minuteMs)).toBeLessThan(6);
  });

  it("tells a mains failure from a unit's, and only while it lasts", () => {
    const failure = { from: noon, repairedAt: noon + minuteMs, towardsC: 26, followMs: 1, recoveryMs: 1 };
    const dark = { ...climate, failure: { ...failure, mains: true } };
    expect([noon - 1, noon, noon + minuteMs].map((ts) => hasPower(dark, ts))).toEqual([true, false, true]);
    expect(hasPower({ ...climate, failure: { ...failure, mains: false } }, noon)).toBe(true);
  });

  it("freezes when its unit never rests", () => {
    const failure = {
      from: noon,
      repairedAt: noon + 60 * minuteMs,
      towardsC: -6,
      followMs: 45 * minuteMs,
      recoveryMs: 20 * minuteMs,
      mains: false,
    };
    expect(airTemperatureC({ ...climate, failure }, failure.repairedAt)).toBeLessThan(-1);
  });

  it("opens its door by day only, for minutes at most, and is warmer for it", () => {
    const open = (from: number): number[] =>
      Array.from({ length: 3_600 }, (_, at) => from + at * 5_000).filter((ts) => isDoorOpen(climate, ts));
    expect(open(midnight)).toEqual([]);
    const day = open(noon);
    expect(day.length).toBeGreaterThan(10);
    expect(day.length).toBeLessThan(700);
    const shut = { ...climate, doorC: 0 };
    for (const ts of day) expect(airTemperatureC(climate, ts)).toBeGreaterThan(airTemperatureC(shut, ts));
    expect(day.some((ts) => isDoorOpen(shut, ts))).toBe(false);
  });

  it("gives a fault instead of a temperature from a broken probe", () => {
    const broken = { ...probe, brokenFrom: noon };
    expect(probeValue(climate, broken, noon)).toEqual({ err: "SENSOR_OPEN" });
    expect(probeValue(climate, broken, noon - 1)).toEqual(probeValue(climate, probe, noon - 1));
  });

  it("lets a drifting probe go further each day", () => {
    const drifting = { ...probe, drift: { from: noon, cPerDay: 1 } };
    const apart = (ts: number): number =>
      (probeValue(climate, drifting, ts)?.t ?? 0) - (probeValue(climate, probe, ts)?.t ?? 0);
    expect(apart(noon - 1)).toBe(0);
    expect(apart(noon + 12 * 60 * minuteMs)).toBeCloseTo(0.5, 1);
  });

  it("says nothing while a probe is silent, and only then", () => {
    const silent = { ...probe, silent: { from: noon, to: noon + minuteMs } };
    expect(probeValue(climate, silent, noon)).toBeNull();
    expect(probeValue(climate, silent, noon - 1)).not.toBeNull();
    expect(probeValue(climate, silent, noon + minuteMs)).not.toBeNull();
  });

  it("measures humidity where it is asked to", () => {
    expect(probeValue(climate, probe, noon)?.rh).toBeGreaterThan(35);
    expect(probeValue(climate, { ...probe, humidity: false }, noon)).not.toHaveProperty("rh");
  });
});
