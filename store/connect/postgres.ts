import { drizzle } from "drizzle-orm/node-postgres";
import { migrate } from "drizzle-orm/node-postgres/migrator";
import pg from "pg";
import { AppError } from "#domain/errors.ts";
import type { Driver, Transaction, Who } from "./driver.ts";
import { migrationConfig } from "./migrations.ts";
import { openPostgresShares } from "./postgres-shares.ts";

const connectionsMax = 10;
/** Behind a query that never got its answer it gets none either; the connection is given up then. */
const rollback = { text: "rollback", query_timeout: 2_000 };
const oldestVersionNum = 150_000;
const migrationLock = 0x636f6c64; // "cold": one starter migrates, the others wait
const typeOid = { bytea: 17, int8: 20, textArray: 1009, int8Array: 1016 };

/**
 * A PostgreSQL server (≥ 15), migrated, with the limits of reliability.md §5.
 * @throws AppError UNAVAILABLE when the server can't be reached; NOT_SUPPORTED when it is too old.
 */
export async function openPostgres(url: string): Promise<Driver> {
  readTypesAsPgliteDoes();
  const version = await migrateServer(url);
  const pool = openPool(url);
  return {
    kind: "postgres",
    describe: `PostgreSQL ${version} at ${whereIs(url)}`,
    transaction: (who, work) => inTransaction(pool, who, work),
    shares: () => openPostgresShares(url),
    close: () => pool.end(),
  };
}

// Raw queries then give the same values from both kinds: whole numbers as number, bytes as plain Uint8Array.
function readTypesAsPgliteDoes(): void {
  const { bytea, int8, textArray, int8Array } = typeOid;
  const toBytes = (text: string) => new Uint8Array(Buffer.from(text.slice(2), "hex"));
  const texts = pg.types.getTypeParser(textArray) as (text: string) => (string | null)[];
  pg.types.setTypeParser(bytea, toBytes);
  pg.types.setTypeParser(int8, Number);
  pg.types.setTypeParser(int8Array, (text: string) =>
    texts(text).map((item) => (item === null ? null : Number(item))),
  );
}

function openPool(url: string): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 15_000,
    // Of ours, in case the server never gets to say so: a line that was cut leaves a query without an answer for minutes.
    query_timeout: 17_000,
    keepAlive: true,
    lock_timeout: 2_000,
    idle_in_transaction_session_timeout: 10_000,
    options: "-c synchronous_commit=on",
  });
  // A connection that dies while idle or between two statements emits this; the next statement on it fails by itself.
  const heard = () => undefined;
  pool.on("error", heard);
  pool.on("connect", (client) => client.on("error", heard));
  return pool;
}

// Not Drizzle's own transaction: that one keeps the connection for ever when BEGIN fails, and takes one turn more.
async function inTransaction<T>(pool: pg.Pool, who: Who, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(beginAs(who));
    const result = await work(drizzle(client, { casing: "snake_case" }) as unknown as Transaction);
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query(rollback).catch(() => undefined);
    throw error;
  } finally {
    client.release(client.getTransactionStatus() !== "I");
  }
}

/** BEGIN and both settings in one message to the server. */
function beginAs({ role, tenant }: Who): string {
  const setting = (name: string, value: string) => `set_config('${name}', ${pg.escapeLiteral(value)}, true)`;
  return `begin; select ${setting("role", `coldmark_${role}`)}, ${setting("app.tenant", tenant ?? "")}`;
}

async function migrateServer(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  await client.connect().catch((cause: unknown) => {
    throw new AppError(
      "UNAVAILABLE",
      `PostgreSQL at ${whereIs(url)} does not answer`,
      { part: "store" },
      cause,
    );
  });
  try {
    const version = await requireVersion(client);
    await client.query("select pg_advisory_lock($1)", [migrationLock]);
    await migrate(drizzle(client, { casing: "snake_case" }), migrationConfig);
    return version;
  } finally {
    await client.end();
  }
}

async function requireVersion(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ num: number; version: string }>(
    "select current_setting('server_version_num')::int as num, split_part(current_setting('server_version'), ' ', 1) as version",
  );
  const found = rows[0];
  if (found === undefined || found.num < oldestVersionNum) {
    throw new AppError("NOT_SUPPORTED", `PostgreSQL ≥ 15 is needed, this is ${found?.version}`, {
      part: "store",
    });
  }
  return found.version;
}

function whereIs(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
