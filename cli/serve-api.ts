import type { Logger } from "pino";
import type { SigningKey } from "#anchor/keys.ts";
import type { Anchor } from "#anchor/run.ts";
import { createApp } from "#api/app.ts";
import { LiveFeed } from "#api/live-feed.ts";
import type { DemoAccount } from "#api/parts.ts";
import { type ApiServer, startServer } from "#api/server.ts";
import type { Config } from "#config";
import { keepTiles } from "#domain/log/keep-tiles.ts";
import type { Ingest } from "#ingest/run.ts";
import { openCharts } from "#services/console/open-charts.ts";
import { openPeople } from "#services/people/open-people.ts";
import { openProvenance } from "#services/provenance/answer-for.ts";
import { openEquipmentBundles } from "#services/provenance/equipment-bundle.ts";
import type { Store } from "#store/connect.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { TileFolder } from "#store/tile-folder.ts";
import type { ChainReader } from "./chain-reader.ts";
import { createMetrics } from "./metrics.ts";
import { readStatus } from "./status.ts";

/** In a demo: the packs that the start page lists, and whom anybody may sign in as. */
export interface DemoPages {
  readonly demoScans?: () => readonly { case: string; code: string; url: string }[];
  readonly demoAccounts?: () => readonly DemoAccount[];
}

/** What the API answers from; `secret` signs sessions, rooms that this process doesn't run are null. */
export interface ServedParts {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly config: Config;
  readonly clock: () => number;
  readonly log: Logger;
  readonly anchor: Anchor | null;
  readonly ingest: Ingest | null;
  readonly chain: ChainReader;
  readonly receiptKey: SigningKey;
  readonly secret: string;
}

/** Starts the API and the pages on a running service. @throws AppError UNAVAILABLE when the port is taken */
export async function serveApi(running: ServedParts, pages: DemoPages): Promise<ApiServer> {
  const { store, readings, config, clock, log, anchor, chain, ingest } = running;
  const { trust, rpc } = chain;
  const status = () => readStatus({ store, readings, anchor, ingest });
  const live = new LiveFeed({ store, clock, log });
  const app = createApp({
    store,
    config,
    clock,
    log,
    people: openPeople({ store, publicUrl: config.publicUrl, secret: running.secret, clock, log }),
    provenance: openProvenance({
      store,
      readings,
      trust,
      rpc,
      tiles: keepTiles(new TileFolder(config.mirrorDir).read),
    }),
    equipmentBundles: openEquipmentBundles({ store, readings }),
    charts: openCharts(readings),
    live,
    status,
    metrics: createMetrics(status, ingest),
    trust,
    rpc,
    receiptKeys: [running.receiptKey],
    ...(pages.demoScans === undefined ? {} : { demoScans: pages.demoScans }),
    ...(pages.demoAccounts === undefined ? {} : { demoAccounts: pages.demoAccounts }),
  });
  const server = await startServer(app, { host: config.host, port: config.port });
  const stop = () => {
    live.stop();
    return server.stop();
  };
  return { port: server.port, url: server.url, stop };
}
