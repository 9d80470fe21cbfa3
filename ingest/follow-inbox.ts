import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";

/** A worker that follows the inbox: woken by new messages, for ever trying again when a part is down. */
export interface Follower {
  wake(): void;
  /** Ends after the batch at hand. */
  stop(): Promise<void>;
  /** What keeps it from going on now, in words; null when nothing does. */
  trouble(): string | null;
}

const idleMs = 1_000;
const backOff = { firstMs: 250, longestMs: 5_000 };
/** A store that names its own time is not asked sooner, but never left alone for longer than this. */
const statedMaxMs = 60_000;

/**
 * Runs `step` until it says that nothing is left, then waits for `wake`; a failed step is tried again for ever. Two steps
 * begin at least `paceMs` apart: what comes meanwhile is taken together, and costs a fraction of what it would one by one.
 */
export function followInbox(name: string, step: () => Promise<boolean>, log: Logger, paceMs = 0): Follower {
  let stopped = false;
  let trouble: string | null = null;
  let failures = 0;
  const bell = createBell();

  let begunAt = Number.NEGATIVE_INFINITY;

  const turn = async (): Promise<void> => {
    try {
      const early = begunAt + paceMs - performance.now();
      if (early > 0 && !stopped) await bell.sleep(early);
      begunAt = performance.now();
      const more = await step();
      if (trouble !== null) log.info({ worker: name }, "goes on");
      trouble = null;
      failures = 0;
      if (!more && !stopped) await bell.wait(idleMs);
    } catch (error) {
      failures += 1;
      trouble = error instanceof Error ? error.message : String(error);
      log.warn({ worker: name, failures, err: error }, "waits and tries again");
      if (!stopped) await bell.sleep(delayMs(failures, error));
    }
  };

  const done = (async () => {
    while (!stopped) await turn();
  })();

  return {
    wake: bell.ring,
    trouble: () => trouble,
    stop: async () => {
      stopped = true;
      bell.end();
      await done;
    },
  };
}

/** Doubles from 250 ms to 5 s with half of it at random; a store that names its own time is given that. */
function delayMs(failures: number, error: unknown): number {
  const stated = error instanceof AppError ? error.facts.retryAfterMs : undefined;
  if (typeof stated === "number") return Math.min(Math.max(stated, backOff.firstMs), statedMaxMs);
  const full = Math.min(backOff.firstMs * 2 ** Math.min(failures - 1, 10), backOff.longestMs);
  return full / 2 + (Math.random() * full) / 2;
}

/** Wakes one waiter; a ring that nobody waits for is kept. `sleep` hears only the end, so that back-off holds. */
function createBell() {
  let rung = false;
  let ended = false;
  let wakeWaiter: (() => void) | null = null;
  let wakeSleeper: (() => void) | null = null;
  const pause = (ms: number, keep: (wake: () => void) => void) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      keep(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  return {
    ring: () => {
      rung = true;
      wakeWaiter?.();
    },
    end: () => {
      ended = true;
      wakeWaiter?.();
      wakeSleeper?.();
    },
    wait: async (ms: number) => {
      if (!rung && !ended) await pause(ms, (wake) => (wakeWaiter = wake));
      rung = false;
      wakeWaiter = null;
    },
    sleep: async (ms: number) => {
      if (!ended) await pause(ms, (wake) => (wakeSleeper = wake));
      wakeSleeper = null;
    },
  };
}
