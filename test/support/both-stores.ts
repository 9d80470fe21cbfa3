/** The records on both kinds of database, each opened anew and cleared away with what it stood on. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type Store } from "#store/connect.ts";
import { startPostgres } from "./postgres.ts";

/** A store of its own for a test. */
export interface OpenedStore {
  readonly store: Store;
  stop(): Promise<void>;
}

/** In a new folder. */
export async function openOnPglite(): Promise<OpenedStore> {
  const folder = mkdtempSync(join(tmpdir(), "coldmark-store-"));
  const store = await openStore({ dataDir: folder });
  const stop = async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { store, stop };
}

/** On a server started for it, with its own settings but for the ones given (`name=value`). */
export async function openOnPostgres(settings: readonly string[] = []): Promise<OpenedStore> {
  const server = await startPostgres({ settings });
  const store = await openStore({ databaseUrl: server.url, dataDir: tmpdir() });
  const stop = async () => {
    await store.close();
    await server.stop();
  };
  return { store, stop };
}
