import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { PGlite, types } from "@electric-sql/pglite";
import { sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { lockFolder } from "../lock.ts";
import type { Driver, Transaction, Who } from "./driver.ts";
import { keepHouse } from "./keep-house.ts";
import { layDatabase } from "./lay-database.ts";
import { migrationConfig } from "./migrations.ts";
import { openSoleShares } from "./shares.ts";

/** Values that Drizzle reads itself, by type: times, intervals, and lists of them and of numerics (1231). */
const readByDrizzle = [
  types.TIMESTAMP,
  types.TIMESTAMPTZ,
  types.INTERVAL,
  types.DATE,
  1231,
  1115,
  1185,
  1187,
  1182,
];
const parsers = Object.fromEntries(readByDrizzle.map((type) => [type, (value: string) => value]));

/**
 * The embedded PostgreSQL under `<dataDir>/db`, migrated, its folder locked against a second process. One connection:
 * transactions wait for one another. Survives kill -9, not a power cut (it never calls fsync).
 * @throws AppError DATA_LOCKED when another process has the folder, with its pid.
 */
export async function openPglite(dataDir: string): Promise<Driver> {
  mkdirSync(dataDir, { recursive: true });
  const lock = lockFolder(dataDir);
  try {
    const folder = join(dataDir, "db");
    if (!existsSync(folder)) await layDatabase(folder);
    const client = withoutParsers(await PGlite.create(folder, { parsers }));
    const db = drizzle(client, { casing: "snake_case" });
    await migrate(db, migrationConfig);
    const house = keepHouse(client, await tablesOf(client));
    return {
      kind: "pglite",
      describe: `embedded PostgreSQL (PGlite) in ${folder}: survives kill -9, not a power cut`,
      shares: openSoleShares,
      transaction: (who, work) =>
        db.transaction(async (tx) => {
          await takeRole(tx as unknown as Transaction, who);
          return work(tx as unknown as Transaction);
        }),
      close: async () => {
        await house.stop();
        await client.close();
        lock.release();
      },
    };
  } catch (cause) {
    lock.release();
    throw cause;
  }
}

function takeRole(tx: Transaction, who: Who): Promise<unknown> {
  return tx.execute(
    sql`select set_config('role', ${`coldmark_${who.role}`}, true), set_config('app.tenant', ${who.tenant ?? ""}, true)`,
  );
}

async function tablesOf(client: PGlite): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    "select quote_ident(tablename) as name from pg_tables where schemaname = 'public'",
  );
  return rows.map(({ name }) => name);
}

/**
 * Drizzle gives its parsers to every query anew, and PGlite merges them with its hundreds each time: that costs more than
 * most queries do. The client has them from its start, so a query need not bring them.
 */
function withoutParsers(client: PGlite): PGlite {
  const transaction = client.transaction.bind(client);
  client.transaction = (work) =>
    transaction((tx) => {
      const query = tx.query.bind(tx);
      tx.query = (text, params, options) =>
        query(text, params, options?.rowMode === undefined ? undefined : { rowMode: options.rowMode });
      return work(tx);
    });
  return client;
}
