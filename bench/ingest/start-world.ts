import { mkdtempSync, rmSync } from "node:fs";
import { startInflux, type TestInflux } from "#test/support/influx.ts";
import { startPostgres, type TestPostgres } from "#test/support/postgres.ts";
import { type InfluxReader, openInfluxReader } from "./influx-reader.ts";
import { type BenchBroker, startBroker } from "./start-broker.ts";

/** The servers of one run, empty and on loopback; PostgreSQL only for a contender that uses it. */
export interface World {
  readonly folder: string;
  readonly broker: BenchBroker;
  readonly influx: TestInflux;
  readonly reader: InfluxReader;
  readonly postgres: TestPostgres | null;
  /** Stops everything and deletes its folders. */
  stop(): Promise<void>;
}

const triesMost = 3;

/** Starts the servers, again where one doesn't start: somebody else may take a port that was free a moment ago. */
export async function startWorld(needs: { readonly postgres: boolean }): Promise<World> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOnce(needs);
    } catch (fault) {
      if (tries === triesMost) throw fault;
    }
  }
}

/** Whatever was started before a failure is stopped again. */
async function startOnce(needs: { readonly postgres: boolean }): Promise<World> {
  const folder = mkdtempSync("/var/tmp/coldmark-bench-");
  const closing: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true, force: true })];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const broker = await startBroker();
    closing.push(broker.stop);
    const influx = await startInflux();
    closing.push(influx.stop);
    const postgres = needs.postgres ? await startPostgres() : null;
    if (postgres !== null) closing.push(postgres.stop);
    return { folder, broker, influx, reader: openInfluxReader(influx.url), postgres, stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}
