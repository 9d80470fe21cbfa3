import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { lockFolder } from "../lock.ts";
import type { Driver, Transaction } from "./driver.ts";
import { migrationConfig } from "./migrations.ts";

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
    const client = await PGlite.create(folder);
    const db = drizzle(client, { casing: "snake_case" });
    await migrate(db, migrationConfig);
    return {
      kind: "pglite",
      describe: `embedded PostgreSQL (PGlite) in ${folder}: survives kill -9, not a power cut`,
      transaction: (work) => db.transaction((tx) => work(tx as unknown as Transaction)),
      close: async () => {
        await client.close();
        lock.release();
      },
    };
  } catch (cause) {
    lock.release();
    throw cause;
  }
}
