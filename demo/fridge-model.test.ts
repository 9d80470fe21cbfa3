import { describe, expect, it } from "vitest";
import { airTemperatureC, type Climate, probeValue } from "./fridge-model.ts";

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
      ambientC: 26,
      warmingMs: 150 * minuteMs,
      coolingMs: 20 * minuteMs,
    };
    const failing = { ...climate, doorC: 0, failure };
    expect(airTemperatureC(failing, noon - 1)).toBe(airTemperatureC({ ...climate, doorC: 0 }, noon - 1));
    expect(airTemperatureC(failing, failure.repairedAt)).toBeGreaterThan(10);
    expect(airTemperatureC(failing, failure.repairedAt + 3 * 60 * minuteMs)).toBeLessThan(6);
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
