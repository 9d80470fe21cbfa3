/** What collectors on the same records know of the one projector, wherever it runs. */
import { every } from "#services/every.ts";

/** Where the projector stands by the records, and whether more messages than are ordinary wait for it. */
export interface Lag {
  readonly position: number;
  readonly isLong: boolean;
}

/** The last look at it. */
export interface LagWatch {
  /** Whether durable messages have a way to go yet, and the projector goes on. */
  isBehind(): boolean;
  stop(): Promise<void>;
}

const lookMs = 1_000;
/** A projector that hasn't moved for longer is kept from going on: holding messages back wouldn't help it. */
const stuckMs = 5_000;

/**
 * Asks each second. While the records can't say, nothing counts as behind.
 * @param onEased told when it is behind no more
 */
export function watchLag(ask: () => Promise<Lag>, onEased: () => void): LagWatch {
  let position = Number.NaN;
  let movedAt = 0;
  let isBehind = false;
  const look = async (): Promise<void> => {
    const lag = await ask().catch(() => null);
    const now = performance.now();
    if (lag !== null && lag.position !== position) {
      position = lag.position;
      movedAt = now;
    }
    const was = isBehind;
    isBehind = lag?.isLong === true && now - movedAt < stuckMs;
    if (was && !isBehind) onEased();
  };
  const beat = every(lookMs, look);
  return { isBehind: () => isBehind, stop: beat.stop };
}

/** Where nobody else writes into the inbox the projector's own memory says all. */
export const noLagWatch: LagWatch = { isBehind: () => false, stop: async () => undefined };
