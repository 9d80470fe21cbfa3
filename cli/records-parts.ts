import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { openChain } from "#anchor/chain.ts";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import { parseTrust } from "#domain/log/parse-bundle.ts";
import { openStore } from "#store/connect.ts";
import type { AuditParts } from "./audit-verb.ts";
import { chainSettings, openReadings } from "./parts.ts";
import { complain } from "./say.ts";

/** Nobody is told that records agree which nobody kept. @throws AppError NOT_FOUND where the settings name none yet */
export function requireRecords({ databaseUrl, dataDir }: Config): void {
  if (databaseUrl !== undefined || existsSync(join(dataDir, "db"))) return;
  const words = `no records in ${dataDir}: DATA_DIR or DATABASE_URL must be those of the service (the demo's folder is data/demo)`;
  throw new AppError("NOT_FOUND", words);
}

/** Opens what an audit reads, for as long as the work takes; it goes on without the chain, and says so. */
export async function withRecords<T>(config: Config, work: (parts: AuditParts) => Promise<T>): Promise<T> {
  const { databaseUrl, dataDir, exportDir } = config;
  const store = await openStore({
    dataDir,
    ...(databaseUrl === undefined ? {} : { databaseUrl: databaseUrl.reveal() }),
  });
  const chain = await openChain(chainSettings(config)).catch(saysMissing("the chain"));
  try {
    const trust = await readFile(join(dataDir, "trust.json"), "utf8").then(
      parseTrust,
      saysMissing("trust.json"),
    );
    const readings = openReadings(config, store);
    return await work({ store, readings, rpc: chain?.rpc ?? null, trust, exportDir });
  } finally {
    await chain?.stop();
    await store.close();
  }
}

function saysMissing(what: string): (cause: Error) => null {
  return (cause) => {
    complain(`without ${what} (${cause.message}): held against the log's own checkpoints only`);
    return null;
  };
}
