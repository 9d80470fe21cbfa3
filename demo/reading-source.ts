/** Where a gateway's readings come from, oldest first: its probes, or a logger's file. */
import type { ChannelDevice, GatewayDevice } from "./devices.ts";
import { hasPower, isDoorOpen, probeValue } from "./fridge-model.ts";
import { LABEL_LIMITS_C } from "./products.ts";

/** One reading in a message: channel, device time (epoch ms), temperature (°C) or fault, relative humidity (percent), contacts. */
export interface Reading {
  readonly s: string;
  readonly ts: number;
  readonly t?: number;
  readonly rh?: number;
  readonly door?: boolean;
  readonly power?: boolean;
  readonly err?: string;
}

/** Readings in order of time; each is given once. */
export interface ReadingSource {
  /** Up to `max` readings that exist at a time (epoch ms), oldest first; empty when there are none yet. */
  take(max: number, until: number): Reading[];
  /** The time of the next reading; null when there will be none. */
  nextAt(): number | null;
}

/** A source that can be held at a time. */
export interface HeldSource extends ReadingSource {
  /** Gives everything from now on. */
  release(): void;
}

/** GSP appendix 3 §5 asks for a record at least every 2 min while something is out of limits. */
const outOfLimitsIntervalMs = 60_000;

/**
 * The probes of a gateway: its memory at one interval up to `liveFrom` (epoch ms), at another from there on, and once a
 * minute while one of them is out of limits. The samples of one moment stay in one message.
 */
export function probeSource(
  { channels, cadence, phase }: Pick<GatewayDevice, "channels" | "cadence" | "phase">,
  liveFrom: number,
): ReadingSource {
  const { historyMs, historyIntervalMs, liveIntervalMs } = cadence;
  const firstSlot = Math.ceil((liveFrom - historyMs) / historyIntervalMs);
  let at = firstSlot * historyIntervalMs + Math.round(phase * historyIntervalMs);
  const step = (isOut: boolean): void => {
    const intervalMs = at < liveFrom ? historyIntervalMs : liveIntervalMs;
    const next = at + (isOut ? Math.min(outOfLimitsIntervalMs, intervalMs) : intervalMs);
    const skipsStart = at < liveFrom && next > liveFrom + liveIntervalMs;
    at = skipsStart ? at + Math.ceil((liveFrom - at) / liveIntervalMs) * liveIntervalMs : next;
  };
  return {
    nextAt: () => at,
    take(max, until) {
      const readings: Reading[] = [];
      while (at <= until && readings.length + channels.length <= max) {
        const samples = sampleAll(channels, at);
        readings.push(...samples);
        step(samples.some(isOutOfLimits));
      }
      return readings;
    },
  };
}

/** A source that gives nothing after a time (epoch ms) until it is released: what a gateway's line carried so far. */
export function heldSource(source: ReadingSource, lastAt: number): HeldSource {
  let limit = lastAt;
  return {
    nextAt: () => source.nextAt(),
    take: (max, until) => source.take(max, Math.min(until, limit)),
    release() {
      limit = Number.POSITIVE_INFINITY;
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

function sampleAll(channels: readonly ChannelDevice[], ts: number): Reading[] {
  return channels.flatMap(({ channel, climate, probe, hasContacts }) => {
    const value = probeValue(climate, probe, ts);
    if (value === null) return [];
    const contacts = hasContacts ? { door: isDoorOpen(climate, ts), power: hasPower(climate, ts) } : {};
    return [{ s: channel, ts, ...value, ...contacts }];
  });
}

function isOutOfLimits({ t }: Reading): boolean {
  return t !== undefined && (t < LABEL_LIMITS_C.lowerLimitC || t > LABEL_LIMITS_C.upperLimitC);
}
