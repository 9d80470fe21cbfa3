/** The readings on each kind of store, opened anew. */
import { tmpdir } from "node:os";
import { openStore } from "#store/connect.ts";
import { openInfluxReadings } from "#store/readings/influx.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { openOnPglite } from "./both-stores.ts";
import { startInflux, type TestInflux } from "./influx.ts";
import { startPostgres } from "./postgres.ts";

/** The process a store stands on, where it is one of its own. */
export interface ReadingsServer {
  kill9(): Promise<void>;
  restart(): Promise<void>;
}

/** A readings store of its own for a test, with its server and its InfluxDB where it has one. */
export interface OpenedReadings {
  readonly readings: ReadingsStore;
  readonly server?: ReadingsServer;
  readonly influx?: TestInflux;
  stop(): Promise<void>;
}

/** By name: beside the records on either database, or in InfluxDB 1.x. */
export const readingsStores: readonly (readonly [name: string, open: () => Promise<OpenedReadings>])[] = [
  ["PGlite", openBesidePglite],
  ["PostgreSQL", openBesidePostgres],
  ["InfluxDB 1.x", openOnInflux],
];

async function openBesidePglite(): Promise<OpenedReadings> {
  const { store, stop } = await openOnPglite();
  return { readings: openPostgresReadings(store), stop };
}

async function openBesidePostgres(): Promise<OpenedReadings> {
  const server = await startPostgres();
  const store = await openStore({ databaseUrl: server.url, dataDir: tmpdir() });
  const stop = async () => {
    await store.close();
    await server.stop();
  };
  return { readings: openPostgresReadings(store), server, stop };
}

async function openOnInflux(): Promise<OpenedReadings> {
  const influx = await startInflux();
  const readings = openInfluxReadings({ url: influx.url, version: 1, database: "coldmark" });
  return { readings, server: influx, influx, stop: influx.stop };
}
