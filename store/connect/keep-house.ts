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
  tables: readonly string[],
  { checkpointMs = 60_000, vacuumMs = 3_600_000 }: { checkpointMs?: number; vacuumMs?: number } = {},
): Housekeeping {
  let last: Promise<unknown> = Promise.resolve();
  let isStopped = false;
  // A round that fails (a full disk) is followed by the next one; what it meant to tidy is still there.
  // One table at a time: there is only one connection, and whoever asks meanwhile gets a turn in between.
  const every = (ms: number, statements: readonly string[]) =>
    setInterval(() => {
      for (const statement of statements)
        last = last.then(() => (isStopped ? undefined : client.exec(statement))).catch(() => undefined);
    }, ms).unref();
  const timers = [every(checkpointMs, ["checkpoint"])];
  timers.push(
    every(
      vacuumMs,
      tables.map((table) => `vacuum (analyze) ${table}`),
    ),
  );
  return {
    stop: async () => {
      isStopped = true;
      for (const timer of timers) clearInterval(timer);
      await last;
    },
  };
}
