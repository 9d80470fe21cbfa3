import type { Sighting, StatusSeen } from "./sighting.ts";

/** A gateway's return: when, after how long a pause, and how long that connection held (Infinity while it does). */
export interface Return {
  readonly at: number;
  readonly awayMs: number;
  readonly heldMs: number;
}

export function statusesIn(seen: readonly Sighting[]): StatusSeen[] {
  return seen.filter((one): one is StatusSeen => one.kind === "status");
}

/** A gateway's returns: online after it was said to be gone. What the broker had kept says nothing of when. */
export function returnsIn(seen: readonly Sighting[]): Return[] {
  const all = statusesIn(seen);
  return all.flatMap(({ online, at }, n) => {
    const before = all[n - 1];
    if (!online || before?.online !== false) return [];
    const lost = all.slice(n).find((one) => one.online === false);
    const awayMs = before.isOld ? Number.POSITIVE_INFINITY : at - before.at;
    return { at, awayMs, heldMs: (lost?.at ?? Number.POSITIVE_INFINITY) - at };
  });
}
