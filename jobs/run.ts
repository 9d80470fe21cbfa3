import { type Beat, every } from "#services/every.ts";
import type { Store } from "#store/connect.ts";
import { newestInboxId } from "#store/inbox-hashes.ts";
import { InboxRetention, type RetentionParts } from "./retain-inbox.ts";
import { AlarmWatch } from "./watch-alarms.ts";

/** The room of what happens later, at work. */
export interface Jobs {
  stop(): Promise<void>;
}

const watchEveryMs = 2_000;
const retainEveryMs = 60_000;

/** Starts watching for alarms, and moving old days of the inbox to files. */
export function startJobs(parts: RetentionParts): Jobs {
  const ending = new AbortController();
  const beats = [watchAlarms(parts), retainInbox(parts, ending.signal)];
  return {
    async stop() {
      ending.abort();
      await Promise.all(beats.map((beat) => beat.stop()));
    },
  };
}

/** A pass that fails is logged once until one succeeds again, and tried again at the next beat. */
function watchAlarms({ store, clock, log }: RetentionParts): Beat {
  const startedAt = clock();
  let watch: AlarmWatch | null = null;
  let isFailing = false;
  return every(watchEveryMs, async () => {
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

function retainInbox(parts: RetentionParts, signal: AbortSignal): Beat {
  const retention = new InboxRetention(parts);
  let isFailing = false;
  return every(retainEveryMs, async () => {
    try {
      await retention.pass(signal);
      isFailing = false;
    } catch (error) {
      if (!isFailing)
        parts.log.error({ err: error }, "old days of the inbox could not be looked at; trying again");
      isFailing = true;
    }
  });
}

/** A service that never heard anything was not down while something was said: its silences may be told at once. */
async function isNew(store: Store): Promise<boolean> {
  return (await store.as({ role: "worker" }, newestInboxId)) === 0;
}
