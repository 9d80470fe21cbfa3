/** A whole deployment for a test: every part outside (PostgreSQL, Mosquitto, InfluxDB, a chain), or every part embedded. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadKeys } from "#anchor/keys.ts";
import { loadConfig } from "#config";
import { freePort } from "./free-port.ts";
import { startInflux } from "./influx.ts";
import { startMosquitto } from "./mosquitto.ts";
import { startOutsideChain } from "./outside-chain.ts";
import { startPostgres } from "./postgres.ts";
import { coldmark, type RunningService, startUp, type UpOptions } from "./service.ts";
import type { SmallNetwork } from "./small-network.ts";
import type { Doors } from "./small-scenario.ts";

/** A part outside that can go away, as its machine would, and come back with what it had. */
interface OutsidePart {
  down(): Promise<void>;
  restart(): Promise<void>;
}

/** The parts that a service must do without for a while, as `/health/ready` calls them. */
export type OutsidePartName = "readings" | "broker" | "chain";
type OutsideParts = Readonly<Record<OutsidePartName, OutsidePart>>;

/** A running deployment; `env` are the settings that its commands need. */
export interface Deployment {
  readonly env: Record<string, string>;
  readonly folder: string;
  readonly doors: Doors;
  readonly service: RunningService;
  /** The parts outside; null where every part is embedded. */
  readonly outside: OutsideParts | null;
  /** Starts the service again after it was stopped or killed. */
  restart(options?: UpOptions): Promise<void>;
  /** The chain's RPC address, as a stranger would use it. */
  rpcUrl(): Promise<string>;
  stop(): Promise<void>;
}

/** Short windows and quick anchors for tests. */
const quick = {
  SEGMENT_MS: "10000",
  SEGMENT_MOVING_MS: "10000",
  SEAL_GRACE_MS: "1000",
  ANCHOR_MAX_AGE_MS: "1000",
  ANCHOR_URGENT_MS: "500",
  LOG_LEVEL: "info",
};

/** Starts the parts, registers the network and starts the service on them, `without` a part that is down by then. */
export async function deploy(
  kind: "outside" | "embedded",
  network: SmallNetwork,
  settings: Record<string, string> = {},
  without?: OutsidePartName,
): Promise<Deployment> {
  const folder = mkdtempSync("/var/tmp/coldmark-test-");
  const closing: (() => Promise<unknown>)[] = [];
  const base = { DATA_DIR: folder, PORT: "0", ...quick, ...settings };
  const started = kind === "outside" ? await outsideParts(folder, base, network, closing) : null;
  const outside = started?.parts ?? null;
  const env: Record<string, string> = {
    ...base,
    ...(started?.env ?? { MQTT_PORT: String(await freePort()) }),
  };
  const file = join(folder, "network.json");
  writeFileSync(file, JSON.stringify(network.file));
  const registered = await coldmark(["register", file], env);
  if (registered.code !== 0) throw new Error(`register failed: ${registered.stderr}`);
  if (without !== undefined) await outside?.[without].down();
  let service = await startUp(env);
  const { receiptKey } = loadKeys(loadConfig(env));
  const mqttUrl = env.MQTT_URL ?? `mqtt://127.0.0.1:${env.MQTT_PORT}`;
  return {
    env,
    folder,
    get doors() {
      return { mqttUrl, httpUrl: service.url, receiptKey };
    },
    get service() {
      return service;
    },
    outside,
    restart: async (options) => {
      service = await startUp(env, options);
    },
    rpcUrl: async () => env.CHAIN_RPC_URL ?? new URL("/chain/rpc", service.url).href,
    stop: async () => {
      await service.stop();
      for (const close of closing.reverse()) await close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function outsideParts(
  folder: string,
  base: Record<string, string>,
  network: SmallNetwork,
  closing: (() => Promise<unknown>)[],
): Promise<{ env: Record<string, string>; parts: OutsideParts }> {
  const [postgres, mosquitto, influx, chain] = await Promise.all([
    startPostgres(),
    startMosquitto({ [network.gateway.id]: network.gateway.password }),
    startInflux(),
    startOutsideChain(join(folder, "outside-chain.json")),
  ]);
  closing.push(postgres.stop, mosquitto.stop, influx.stop, chain.stop);
  const env = {
    DATABASE_URL: postgres.url,
    MQTT_URL: mosquitto.url,
    MQTT_USERNAME: mosquitto.collector.username,
    MQTT_PASSWORD: mosquitto.collector.password,
    INFLUX_URL: influx.url,
    INFLUX_VERSION: "1",
    CHAIN_RPC_URL: chain.rpcUrl,
    ANCHOR_KEY: chain.fundedKey,
  };
  const deployed = await coldmark(["chain", "deploy"], { ...base, ...env });
  const address = /CONTRACT_ADDRESS=(0x\w{40})/.exec(deployed.stdout)?.[1];
  if (address === undefined) throw new Error(`chain deploy failed: ${deployed.stderr}`);
  const parts = {
    readings: { down: influx.kill9, restart: influx.restart },
    broker: { down: mosquitto.kill9, restart: mosquitto.restart },
    chain,
  };
  return { env: { ...env, CONTRACT_ADDRESS: address }, parts };
}
