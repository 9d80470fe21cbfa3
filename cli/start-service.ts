/** One running Coldmark: the rooms on their parts, started and stopped in a fixed order. */
import type { Logger } from "pino";
import { loadKeys } from "#anchor/keys.ts";
import type { Anchor } from "#anchor/run.ts";
import type { ApiServer } from "#api/server.ts";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import { createIngestMeters } from "#ingest/meters.ts";
import type { Ingest } from "#ingest/run.ts";
import { openStore, type Store } from "#store/connect.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { authSecret } from "./auth-secret.ts";
import { openChainReader } from "./chain-reader.ts";
import { openControl } from "./control.ts";
import { fsckVerbs } from "./fsck-control.ts";
import { gatewayVerbs } from "./gateway-check-control.ts";
import { chainSettings, openReadings, operatorContext } from "./parts.ts";
import { rebuildVerbs } from "./rebuild-verb.ts";
import type { DemoPages, ServedParts } from "./serve-api.ts";

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

/** What of a service isn't settings. */
export interface ServiceOptions extends DemoPages {
  readonly rooms: ReadonlySet<Room>;
}

/**
 * Starts the rooms; whatever was started before a failure is stopped again. A room that isn't asked for isn't loaded
 * either: the API alone would double what a collector takes in memory.
 */
export async function startService(config: Config, log: Logger, options: ServiceOptions): Promise<Service> {
  await requireChainSettings(config, options.rooms);
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
      ? await (await import("#anchor/run.ts")).startAnchor({
          ...common,
          chainSettings: chainSettings(config),
          logKey: keys.logKey,
          receiptKey: keys.receiptKey,
        })
      : null;
    if (anchor !== null) closing.push(() => anchor.stop());
    const ingest = options.rooms.has("ingest")
      ? await (await import("#ingest/run.ts")).startIngest({ ...common, receiptKey: keys.receiptKey, meters })
      : null;
    if (ingest !== null) closing.push(() => ingest.stop());
    const jobs = options.rooms.has("jobs") ? (await import("#jobs/run.ts")).startJobs(common) : null;
    if (jobs !== null) closing.push(() => jobs.stop());
    const chain = anchor ?? (await openChainReader(config));
    if (anchor === null) closing.push(() => chain.stop());
    const server =
      secret === null
        ? null
        : await (await import("./serve-api.ts")).serveApi(
            { ...common, anchor, chain, ingest, secret, receiptKey: keys.receiptKey },
            options,
          );
    const metrics =
      server === null
        ? await (await import("./serve-metrics.ts")).serveMetrics({ ...common, anchor, ingest })
        : null;
    for (const one of [server, metrics]) if (one !== null) closing.push(() => one.stop());
    const control = await openControl(dataDir, controlVerbs({ ...common, chain, ingest }));
    closing.push(() => control.close());
    return { store, readings, ingest, anchor, server, metrics, stop };
  } catch (fault) {
    await stop();
    throw fault;
  }
}

/** An outside chain needs the contract, and where we anchor a signer; `chain deploy` is the one command without a contract. */
async function requireChainSettings(config: Config, rooms: ReadonlySet<Room>): Promise<void> {
  if (config.chainRpcUrl === undefined) return;
  if (rooms.has("anchor")) (await import("#anchor/publisher-signer.ts")).publisherSigner(config);
  if (config.contractAddress === undefined)
    throw new AppError("BAD_SETTING", "CHAIN_RPC_URL needs CONTRACT_ADDRESS");
}

/** What other commands ask of the process that has the folder. */
function controlVerbs(
  running: Pick<ServedParts, "store" | "readings" | "config" | "log" | "chain" | "ingest">,
) {
  const { store, readings, config, log, chain, ingest } = running;
  return {
    register: async (input: unknown) => {
      const { network, dryRun } = input as { network: unknown; dryRun: boolean };
      const { registerNetwork } = await import("#services/register/register-network.ts");
      return registerNetwork(operatorContext(store, config, log), network, { dryRun });
    },
    audit: async (input: unknown) => {
      const { auditWith } = await import("./audit-verb.ts");
      const { exportDir } = config;
      const parts = { store, readings, config, rpc: chain.rpc(), trust: chain.trust(), exportDir };
      return auditWith(parts, input);
    },
    ...gatewayVerbs(store, ingest?.broker ?? null),
    ...rebuildVerbs({ store, readings, config }),
    ...fsckVerbs(() => {
      const { exportDir } = config;
      return { store, readings, config, rpc: chain.rpc(), trust: chain.trust(), exportDir };
    }),
  };
}
