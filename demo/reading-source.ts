/** Where a gateway's readings come from, oldest first: its probes, or a logger's file. */
import type { GatewayDevice } from "./devices.ts";
import { probeValue } from "./fridge-model.ts";

/** One reading in a message: channel, device time (epoch ms), temperature (°C), relative humidity (percent). */
export interface Reading {
  readonly s: string;
  readonly ts: number;
  readonly t: number;
  readonly rh?: number;
}

/** Readings in order of time; each is given once. */
export interface ReadingSource {
  /** Up to `max` readings that exist at a time (epoch ms), oldest first; empty when there are none yet. */
  take(max: number, until: number): Reading[];
  /** The time of the next reading; null when there will be none. */
  nextAt(): number | null;
}

const historyIntervalMs = 60_000;

/**
 * The probes of a gateway from `from` on: one sample a minute of the past, one each `liveIntervalMs` from `liveFrom`
 * on. A minute's samples stay in one message.
 */
export function probeSource(
  gateway: GatewayDevice,
  { from, liveFrom, liveIntervalMs }: { from: number; liveFrom: number; liveIntervalMs: number },
): ReadingSource {
  let at = Math.ceil(from / historyIntervalMs) * historyIntervalMs + gateway.phaseMs;
  const step = (): void => {
    at += at < liveFrom ? historyIntervalMs : liveIntervalMs;
  };
  return {
    nextAt: () => at,
    take(max, until) {
      const readings: Reading[] = [];
      for (; at <= until && readings.length + gateway.channels.length <= max; step())
        readings.push(...sample(gateway, at));
      return readings;
    },
  };
}

/** Given readings, oldest first. */
export function listSource(readings: readonly Reading[]): ReadingSource {
  let next = 0;
  return {
    nextAt: () => readings[next]?.ts ?? null,
    take(max, until) {
      const start = next;
      while (next < readings.length && next - start < max && (readings[next]?.ts ?? 0) <= until) next += 1;
      return readings.slice(start, next);
    },
  };
}

function sample(gateway: GatewayDevice, ts: number): Reading[] {
  return gateway.channels.flatMap(({ channel, climate, probe }) => {
    const value = probeValue(climate, probe, ts);
    return value ? [{ s: channel, ts, ...value }] : [];
  });
}
