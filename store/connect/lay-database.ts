import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { drizzle } from "drizzle-orm/pglite";
import { migrate } from "drizzle-orm/pglite/migrator";
import { migrationConfig } from "./migrations.ts";

const models = fileURLToPath(new URL("../../dist/records", import.meta.url));
/** A small write-ahead log that nobody replicates. Full pages stay on: a kill can tear a page of 8 kB in two. */
const settings = [
  "wal_level = minimal",
  "max_wal_senders = 0",
  "max_wal_size = '64MB'",
  "min_wal_size = '32MB'",
];
const packageFile = new URL("../package.json", import.meta.resolve("@electric-sql/pglite"));

/**
 * Puts an empty, migrated database where there is none: a copy of one that is made once for each state of the
 * migrations, because making one takes seconds. The folder is there whole, or not at all.
 */
export async function layDatabase(folder: string): Promise<void> {
  const draft = `${folder}.new`;
  rmSync(draft, { recursive: true, force: true });
  if (!(await copyModel(draft))) await createDatabase(draft);
  renameSync(draft, folder);
}

/** False where there is no model to be had: the project's folder can't be written, or the model was just replaced. */
async function copyModel(draft: string): Promise<boolean> {
  try {
    cpSync(await modelDatabase(), draft, { recursive: true });
    return true;
  } catch {
    rmSync(draft, { recursive: true, force: true });
    return false;
  }
}

/** The folder to copy from, made when it is missing. @throws where the project's folder can't be written */
async function modelDatabase(): Promise<string> {
  const model = join(models, modelName());
  if (existsSync(model)) return model;
  mkdirSync(models, { recursive: true });
  const draft = `${model}.${process.pid}.new`;
  await createDatabase(draft);
  try {
    renameSync(draft, model);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(model)) throw error; // else another process was quicker
  }
  forgetOthers(model);
  return model;
}

/** Follows from the migrations and the database's version: another state of either is another model. */
function modelName(): string {
  const hash = createHash("sha256").update(readFileSync(packageFile)).update(settings.join());
  const { migrationsFolder } = migrationConfig;
  for (const name of readdirSync(migrationsFolder).sort())
    if (name.endsWith(".sql")) hash.update(name).update(readFileSync(join(migrationsFolder, name)));
  return hash.digest("hex").slice(0, 16);
}

async function createDatabase(folder: string): Promise<void> {
  const client = await PGlite.create(folder);
  for (const setting of settings) await client.exec(`alter system set ${setting}`);
  await migrate(drizzle(client, { casing: "snake_case" }), migrationConfig);
  await client.close();
}

/** Models of other states, and drafts that a killed start left behind. */
function forgetOthers(model: string): void {
  for (const name of readdirSync(models)) {
    const [, pid] = /\.(\d+)\.new$/.exec(name) ?? [];
    const isInWork = pid !== undefined && isAlive(Number(pid));
    if (join(models, name) !== model && !isInWork)
      rmSync(join(models, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
