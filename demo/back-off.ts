const waitMs = { first: 1_000, longest: 60_000 };
const heldMs = 60_000;

/** How long a gateway waits before it connects again (docs/gateway.md, duty 7). */
export interface BackOff {
  /** The broker let it in. */
  connected(): void;
  /** The connection is lost, or none came about: the pause before the next. */
  nextMs(): number;
}

/**
 * Twice as long each time, with jitter so that a shop street's gateways don't return in step; anew only after a connection that
 * held for a minute.
 * @param uptime ms; only differences count
 */
export function createBackOff(
  uptime: () => number = () => performance.now(),
  random: () => number = Math.random,
): BackOff {
  let attempts = 0;
  let connectedAt: number | null = null;
  return {
    connected: () => {
      connectedAt = uptime();
    },
    nextMs: () => {
      if (connectedAt !== null && uptime() - connectedAt >= heldMs) attempts = 0;
      connectedAt = null;
      const fullMs = Math.min(waitMs.longest, waitMs.first * 2 ** attempts);
      attempts += 1;
      return fullMs * (0.5 + random() / 2);
    },
  };
}
