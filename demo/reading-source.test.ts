import { describe, expect, it } from "vitest";
import type { Climate, Probe } from "./fridge-model.ts";
import { heldSource, probeSource, type Reading } from "./reading-source.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const liveFrom = Date.UTC(2026, 0, 15, 4, 3, 7);
const climate: Climate = { start: 7, setpointC: 4.6, cycleC: 0.8, cycleMs: hourMs, doorC: 1.6, load: 0.4 };
const probe: Probe = { start: 99, humidity: false };
const cadence = { historyMs: 2 * hourMs, historyIntervalMs: 10 * minuteMs, liveIntervalMs: 2 * minuteMs };
const channel = { channel: "t1", sensor: "s", equipment: "e", climate, probe, hasContacts: false };

function times(readings: readonly Reading[]): number[] {
  return [...new Set(readings.map(({ ts }) => ts))];
}

function steps(of: readonly number[]): number[] {
  return of.slice(1).map((ts, at) => ts - (of[at] ?? 0));
}

describe("the probes of a gateway", () => {
  it.each([0, 0.3, 0.999])("remember at one interval and go on live at another, phase %d", (phase) => {
    const source = probeSource({ channels: [channel], cadence, phase }, liveFrom);
    const taken = times(source.take(10_000, liveFrom + hourMs));
    const past = taken.filter((ts) => ts < liveFrom);
    const live = taken.filter((ts) => ts >= liveFrom);
    expect(past[0]).toBeGreaterThanOrEqual(liveFrom - cadence.historyMs);
    expect(past[0]).toBeLessThan(liveFrom - cadence.historyMs + 20 * minuteMs);
    expect(new Set(steps(past))).toEqual(new Set([10 * minuteMs]));
    expect(live[0]).toBeLessThan(liveFrom + 2 * minuteMs);
    expect(new Set(steps(live))).toEqual(new Set([2 * minuteMs]));
  });

  it("keep the samples of one moment in one message, and give each once", () => {
    const two = [channel, { ...channel, channel: "t2", probe: { ...probe, start: 5 } }];
    const source = probeSource({ channels: two, cadence, phase: 0.5 }, liveFrom);
    const messages: Reading[][] = [];
    for (let next = source.take(5, liveFrom); next.length > 0; next = source.take(5, liveFrom))
      messages.push(next);
    for (const message of messages)
      for (const ts of times(message))
        expect(message.filter((reading) => reading.ts === ts).map(({ s }) => s)).toEqual(["t1", "t2"]);
    const keys = messages.flat().map(({ s, ts }) => `${s}/${ts}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(source.nextAt()).toBeGreaterThan(liveFrom);
  });

  it("are read once a minute while one is out of limits (GSP appendix 3 §5: at least every 2 min)", () => {
    const from = liveFrom - hourMs;
    const failure = {
      from,
      repairedAt: from + 30 * minuteMs,
      towardsC: 26,
      followMs: 20 * minuteMs,
      recoveryMs: minuteMs,
      mains: false,
    };
    const warm = { ...channel, climate: { ...climate, failure } };
    const taken = probeSource({ channels: [channel, warm], cadence, phase: 0 }, liveFrom).take(
      9_999,
      liveFrom,
    );
    const out = taken.filter(({ t }) => t !== undefined && t > 8).map(({ ts }) => ts);
    expect(out.length).toBeGreaterThan(10);
    expect(new Set(steps(out))).toEqual(new Set([minuteMs]));
  });

  it("tell of door and mains where they have contacts", () => {
    const failure = {
      from: liveFrom,
      repairedAt: liveFrom + 10 * minuteMs,
      towardsC: 26,
      followMs: hourMs,
      recoveryMs: minuteMs,
      mains: true,
    };
    const contacts = { ...channel, climate: { ...climate, failure }, hasContacts: true };
    const taken = probeSource({ channels: [contacts, channel], cadence, phase: 0 }, liveFrom).take(
      9_999,
      liveFrom + hourMs,
    );
    const told = taken.filter(({ power }) => power !== undefined);
    expect(told).toHaveLength(taken.length / 2);
    for (const { ts, power, door } of told) {
      expect(power).toBe(ts < failure.from || ts >= failure.repairedAt);
      expect(typeof door).toBe("boolean");
    }
  });

  it("are held at the time when the line was cut, and released", () => {
    const lastAt = liveFrom - hourMs;
    const source = heldSource(probeSource({ channels: [channel], cadence, phase: 0 }, liveFrom), lastAt);
    expect(times(source.take(9_999, liveFrom)).at(-1)).toBeLessThanOrEqual(lastAt);
    expect(source.take(9_999, liveFrom)).toEqual([]);
    expect(source.nextAt()).toBeGreaterThan(lastAt);
    source.release();
    expect(times(source.take(9_999, liveFrom)).at(-1)).toBeGreaterThan(liveFrom - 11 * minuteMs);
  });
});
