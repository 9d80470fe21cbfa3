/** What ordinary gateways do while the demo runs: most nothing, a few lose their line now and then, a few restart. */
import { noise, type Seed } from "./seed.ts";

const minuteMs = 60_000;
/** Of a hundred gateways. */
const droppingShare = 0.05;
const restartingShare = 0.03;
const periodMs = { dropping: 25 * minuteMs, restarting: 60 * minuteMs } as const;
const outageMs = { least: 3 * minuteMs, most: 8 * minuteMs } as const;

/** A gateway's habit; the same seed gives every gateway the same one. */
export interface Habit {
  readonly kind: "steady" | "dropping" | "restarting";
  /** A 32-bit start for `noise`. */
  readonly start: number;
}

/** The next thing a gateway does: after a while its line is down for so long, or it restarts (0). */
export interface Mishap {
  readonly afterMs: number;
  readonly lastsMs: number;
}

/** The habit of a gateway. */
export function habitOf(seed: Seed, gateway: string): Habit {
  const start = seed.number(`habit/${gateway}`);
  const draw = noise(start, 0);
  if (draw < droppingShare) return { kind: "dropping", start };
  return { kind: draw < droppingShare + restartingShare ? "restarting" : "steady", start };
}

/** Mishap `n` (from 1), counted from the end of the one before; null for a steady gateway. */
export function mishapOf({ kind, start }: Habit, n: number): Mishap | null {
  if (kind === "steady") return null;
  const afterMs = (0.2 + noise(start, 2 * n)) * periodMs[kind];
  if (kind === "restarting") return { afterMs, lastsMs: 0 };
  return { afterMs, lastsMs: outageMs.least + noise(start, 2 * n + 1) * (outageMs.most - outageMs.least) };
}
