/** One running Coldmark: the rooms on their parts, started and stopped in a fixed order. */
import type { Logger } from "pino";
import { loadKeys, type SigningKey } from "#anchor/keys.ts";
import { type Anchor, startAnchor } from "#anchor/run.ts";
import { createApp } from "#api/app.ts";
import { LiveFeed } from "#api/live-feed.ts";
import { createMetricsApp } from "#api/metrics-app.ts";
import type { DemoAccount } from "#api/parts.ts";
import { type ApiServer, startServer } from "#api/server.ts";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import { createIngestMeters } from "#ingest/meters.ts";
import { type Ingest, startIngest } from "#ingest/run.ts";
import { startJobs } from "#jobs/run.ts";
import { openCharts } from "#services/console/open-charts.ts";
import { openPeople } from "#services/people/open-people.ts";
import { openProvenance } from "#services/provenance/answer-for.ts";
import { registerNetwork } from "#services/register/register-network.ts";
import { openStore, type Store } from "#store/connect.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { auditWith } from "./audit-verb.ts";
import { authSecret } from "./auth-secret.ts";
import { type ChainReader, openChainReader } from "./chain-reader.ts";
import { openControl } from "./control.ts";
import { createMetrics } from "./metrics.ts";
import { chainSettings, openReadings, operatorContext } from "./parts.ts";
import { rebuildVerbs } from "./rebuild-verb.ts";
import { readStatus } from "./status.ts";

/** What a process runs of the whole; on the embedded database always all of it. */
export type Room = "ingest" | "anchor" | "jobs" | "api";

/** A process at work; parts that it does not run are null. */
export interface Service {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly ingest: Ingest | null;
  readonly anchor: Anchor | null;
  readonly server: ApiServer | null;
  /** The socket for figures alone, where there is no API. */
  readonly metrics: ApiServer | null;
  /** Stops intake first, then drains, then closes the parts. */
  stop(): Promise<void>;
}

/** What of a service isn't settings; in a demo the packs that the start page lists and whom anybody may sign in as. */
export interface ServiceOptions {
  readonly rooms: ReadonlySet<Room>;
  readonly demoScans?: () => readonly { case: string; code: string; url: string }[];
  readonly demoAccounts?: () => readonly DemoAccount[];
}

/** Starts the rooms; whatever was started before a failure is stopped again. */
export async function startService(config: Config, log: Logger, options: ServiceOptions): Promise<Service> {
  requireChainSettings(config);
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const { databaseUrl, dataDir } = config;
    const store = await openStore({
      dataDir,
      ...(databaseUrl === undefined ? {} : { databaseUrl: databaseUrl.reveal() }),
    });
    closing.push(() => store.close());
    const meters = createIngestMeters();
    const readings = openReadings(config, store, meters);
    const keys = loadKeys(config);
    const secret = options.rooms.has("api") ? authSecret(config) : null;
    const common = { store, readings, config, clock: Date.now, log };
    const anchor = options.rooms.has("anchor")
      ? await startAnchor({
          ...common,
          chainSettings: chainSettings(config),
          logKey: keys.logKey,
          receiptKey: keys.receiptKey,
        })
      : null;
    if (anchor !== null) closing.push(() => anchor.stop());
    const ingest = options.rooms.has("ingest")
      ? await startIngest({ ...common, receiptKey: keys.receiptKey, meters })
      : null;
    if (ingest !== null) closing.push(() => ingest.stop());
    const jobs = options.rooms.has("jobs") ? startJobs(common) : null;
    if (jobs !== null) closing.push(() => jobs.stop());
    const chain = anchor ?? (await openChainReader(config));
    if (anchor === null) closing.push(() => chain.stop());
    const server =
      secret === null
        ? null
        : await serve({ ...common, anchor, chain, ingest, secret, receiptKey: keys.receiptKey }, options);
    const metrics = server === null ? await serveMetrics({ ...common, anchor, ingest }) : null;
    for (const one of [server, metrics]) if (one !== null) closing.push(() => one.stop());
    const control = await openControl(dataDir, controlVerbs({ ...common, anchor, chain }));
    closing.push(() => control.close());
    return { store, readings, ingest, anchor, server, metrics, stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

/** An outside chain needs our key and the contract; `chain deploy` is the one command that goes without the latter. */
function requireChainSettings({ chainRpcUrl, anchorKey, contractAddress }: Config): void {
  if (chainRpcUrl === undefined) return;
  const missing = { ANCHOR_KEY: anchorKey, CONTRACT_ADDRESS: contractAddress };
  const faults = Object.entries(missing)
    .filter(([, value]) => value === undefined)
    .map(([setting]) => ({ setting, message: "is needed where CHAIN_RPC_URL is set" }));
  if (faults.length > 0)
    throw new AppError("BAD_SETTING", "the chain's settings are not complete", { faults });
}

interface Running {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly config: Config;
  readonly clock: () => number;
  readonly log: Logger;
  readonly anchor: Anchor | null;
  readonly chain: ChainReader;
}

async function serve(
  running: Running & { ingest: Ingest | null; receiptKey: SigningKey; secret: string },
  options: ServiceOptions,
): Promise<ApiServer> {
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
    provenance: openProvenance({ store, readings, trust, rpc }),
    charts: openCharts(readings),
    live,
    status,
    metrics: createMetrics(status, ingest),
    trust,
    rpc,
    receiptKeys: [running.receiptKey],
    ...(options.demoScans === undefined ? {} : { demoScans: options.demoScans }),
    ...(options.demoAccounts === undefined ? {} : { demoAccounts: options.demoAccounts }),
  });
  const server = await startServer(app, { host: config.host, port: config.port });
  const stop = () => {
    live.stop();
    return server.stop();
  };
  return { port: server.port, url: server.url, stop };
}

/** Several such processes may share a machine, so one whose port is taken goes on without figures, and says so. */
async function serveMetrics({
  store,
  readings,
  config,
  log,
  anchor,
  ingest,
}: Omit<Running, "chain"> & { ingest: Ingest | null }): Promise<ApiServer | null> {
  const status = () => readStatus({ store, readings, anchor, ingest });
  const app = createMetricsApp({ status, metrics: createMetrics(status, ingest) });
  const place = { host: config.metricsHost, port: config.metricsPort, setBy: "METRICS_PORT" };
  return startServer(app, place).catch((error: unknown) => {
    log.warn({ err: error }, "no figures of this process can be had");
    return null;
  });
}

/** What other commands ask of the process that has the folder. */
function controlVerbs(running: Running) {
  const { store, readings, config, log, chain } = running;
  return {
    register: (input: unknown) => {
      const { network, dryRun } = input as { network: unknown; dryRun: boolean };
      return registerNetwork(operatorContext(store, config, log), network, { dryRun });
    },
    audit: (input: unknown) =>
      auditWith(
        { store, readings, rpc: chain.rpc(), trust: chain.trust(), exportDir: config.exportDir },
        input,
      ),
    ...rebuildVerbs({ store, readings, config }),
  };
}
