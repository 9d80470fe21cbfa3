// The one door to the records: PostgreSQL where a URL is set, else an embedded one. Nobody else knows which it is.
import { AsyncLocalStorage } from "node:async_hooks";
import { sql } from "drizzle-orm";
import type { Driver, Transaction, Who } from "./connect/driver.ts";
import type { Shares } from "./connect/shares.ts";

export type { Shares } from "./connect/shares.ts";

/** A transaction under one role: what queries take. */
export type Tx = Transaction;

/** The records. Each `as` is one transaction; never call `as` inside `as`, pass `tx` on. */
export interface Store {
  readonly kind: "postgres" | "pglite";
  /** In words, without credentials: for the console and the demo. */
  readonly describe: string;
  as<T>(who: Who, work: (tx: Tx) => Promise<T>): Promise<T>;
  ping(): Promise<void>;
  /** How this process shares work with others on the same records. */
  shares(): Shares;
  close(): Promise<void>;
}

/**
 * Opens the records and brings their tables up to date.
 * @throws AppError UNAVAILABLE (server not reachable), NOT_SUPPORTED (server too old), DATA_LOCKED (folder in use).
 */
export async function openStore(settings: { databaseUrl?: string; dataDir: string }): Promise<Store> {
  return storeOn(await openDriver(settings));
}

/** Each kind is loaded where it is used only: the embedded one takes 150 MB of memory by being there. */
async function openDriver({
  databaseUrl,
  dataDir,
}: {
  databaseUrl?: string;
  dataDir: string;
}): Promise<Driver> {
  if (databaseUrl === undefined) return (await import("./connect/pglite.ts")).openPglite(dataDir);
  return (await import("./connect/postgres.ts")).openPostgres(databaseUrl);
}

function storeOn(driver: Driver): Store {
  const current = new AsyncLocalStorage<{ open: boolean }>();
  const as: Store["as"] = async (who, work) => {
    if (current.getStore()?.open) throw new Error("a transaction inside a transaction: pass tx on instead");
    const mark = { open: true };
    try {
      return await current.run(mark, () => driver.transaction(who, work));
    } finally {
      mark.open = false;
    }
  };
  return {
    kind: driver.kind,
    describe: driver.describe,
    as,
    ping: () => as({ role: "public" }, (tx) => tx.execute(sql`select 1`)).then(() => undefined),
    shares: () => driver.shares(),
    close: () => driver.close(),
  };
}
