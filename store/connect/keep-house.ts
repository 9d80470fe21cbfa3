import type { PGlite } from "@electric-sql/pglite";

/** Housekeeping of the embedded database; `stop` waits for what is under way. */
export interface Housekeeping {
  stop(): Promise<void>;
}

/**
 * Does what PostgreSQL's background processes would do: the embedded one has none, so without this its write-ahead log
 * grows for ever, and its planner never learns how large a table is.
 */
export function keepHouse(
  client: Pick<PGlite, "exec">,
  { checkpointMs = 60_000, vacuumMs = 3_600_000 }: { checkpointMs?: number; vacuumMs?: number } = {},
): Housekeeping {
  let last: Promise<unknown> = Promise.resolve();
  // A round that fails (a full disk) is followed by the next one; what it meant to tidy is still there.
  const every = (ms: number, statement: string) =>
    setInterval(() => {
      last = last.then(() => client.exec(statement)).catch(() => undefined);
    }, ms).unref();
  const timers = [every(checkpointMs, "checkpoint"), every(vacuumMs, "vacuum (analyze)")];
  return {
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      await last;
    },
  };
}
