import type { Logger } from "pino";
import { every } from "#services/every.ts";
import type { Store } from "#store/connect.ts";
import { newestInboxId } from "#store/inbox-hashes.ts";
import { AlarmWatch } from "./watch-alarms.ts";

/** The room of what happens later, at work. */
export interface Jobs {
  stop(): Promise<void>;
}

const passEveryMs = 2_000;

/** Starts watching for alarms. A pass that fails is logged once until one succeeds again, and tried again at the next beat. */
export function startJobs({ store, clock, log }: { store: Store; clock: () => number; log: Logger }): Jobs {
  const startedAt = clock();
  let watch: AlarmWatch | null = null;
  let isFailing = false;
  return every(passEveryMs, async () => {
    try {
      watch ??= new AlarmWatch({ store, clock, startedAt: (await isNew(store)) ? 0 : startedAt });
      await watch.pass();
      isFailing = false;
    } catch (error) {
      if (!isFailing) log.error({ err: error }, "alarms could not be looked at; trying again");
      isFailing = true;
    }
  });
}

/** A service that never heard anything was not down while something was said: its silences may be told at once. */
async function isNew(store: Store): Promise<boolean> {
  return (await store.as({ role: "worker" }, newestInboxId)) === 0;
}
