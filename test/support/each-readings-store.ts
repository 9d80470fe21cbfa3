/** The readings on each kind of store, opened anew. */
import { openInfluxReadings } from "#store/readings/influx.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { type OpenedStore, openOnPglite, openOnPostgres } from "./both-stores.ts";
import { startInflux, type TestInflux } from "./influx.ts";

/** A readings store of its own for a test, with its InfluxDB where it is one. */
export interface OpenedReadings {
  readonly readings: ReadingsStore;
  readonly influx?: TestInflux;
  stop(): Promise<void>;
}

/** By name: beside the records on either database, or in InfluxDB 1.x. */
export const readingsStores: readonly (readonly [name: string, open: () => Promise<OpenedReadings>])[] = [
  ["PGlite", () => openOnPglite().then(besideRecords)],
  ["PostgreSQL", () => openOnPostgres().then(besideRecords)],
  ["InfluxDB 1.x", openOnInflux],
];

function besideRecords({ store, stop }: OpenedStore): OpenedReadings {
  return { readings: openPostgresReadings(store), stop };
}

async function openOnInflux(): Promise<OpenedReadings> {
  const influx = await startInflux();
  const readings = openInfluxReadings({ url: influx.url, version: 1, database: "coldmark" });
  return { readings, influx, stop: influx.stop };
}
