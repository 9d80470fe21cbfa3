/** A whole deployment for a test: every part outside (PostgreSQL, Mosquitto, InfluxDB, a chain), or every part embedded. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Chain, openChain } from "#anchor/chain.ts";
import { loadKeys } from "#anchor/keys.ts";
import { loadConfig } from "#config";
import { freePort } from "./free-port.ts";
import { startInflux } from "./influx.ts";
import { startMosquitto } from "./mosquitto.ts";
import { startPostgres } from "./postgres.ts";
import { coldmark, type RunningService, startUp } from "./service.ts";
import type { SmallNetwork } from "./small-network.ts";
import type { Doors } from "./small-scenario.ts";

/** A running deployment; `env` are the settings that its commands need. */
export interface Deployment {
  readonly env: Record<string, string>;
  readonly folder: string;
  readonly doors: Doors;
  readonly service: RunningService;
  /** Starts the service again after it was killed. */
  restart(): Promise<void>;
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

/** Starts the parts, registers the network and starts the service on them. */
export async function deploy(
  kind: "outside" | "embedded",
  network: SmallNetwork,
  settings: Record<string, string> = {},
): Promise<Deployment> {
  const folder = mkdtempSync("/var/tmp/coldmark-test-");
  const closing: (() => Promise<unknown>)[] = [];
  const base = { DATA_DIR: folder, PORT: "0", ...quick, ...settings };
  const parts =
    kind === "outside"
      ? await outsideParts(folder, base, network, closing)
      : { MQTT_PORT: String(await freePort()) };
  const env: Record<string, string> = { ...base, ...parts };
  const file = join(folder, "network.json");
  writeFileSync(file, JSON.stringify(network.file));
  const registered = await coldmark(["register", file], env);
  if (registered.code !== 0) throw new Error(`register failed: ${registered.stderr}`);
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
    restart: async () => {
      service = await startUp(env);
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
): Promise<Record<string, string>> {
  const [postgres, mosquitto, influx, chain] = await Promise.all([
    startPostgres(),
    startMosquitto({ [network.gateway.id]: network.gateway.password }),
    startInflux(),
    openChain({ kind: "anvil", statePath: join(folder, "outside-chain.json") }),
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
    ANCHOR_KEY: fundedKey(chain),
  };
  await keepMining(chain, closing);
  const deployed = await coldmark(["chain", "deploy"], { ...base, ...env });
  const address = /CONTRACT_ADDRESS=(0x\w{40})/.exec(deployed.stdout)?.[1];
  if (address === undefined) throw new Error(`chain deploy failed: ${deployed.stderr}`);
  return { ...env, CONTRACT_ADDRESS: address };
}

function fundedKey(chain: Chain): string {
  if (chain.fundedKey === null) throw new Error("anvil has an account with money");
  return chain.fundedKey;
}

/** Blocks come by themselves on a chain that others use; so `finalized` moves. */
async function keepMining(chain: Chain, closing: (() => Promise<unknown>)[]): Promise<void> {
  await chain.rpc("evm_setIntervalMining", [1]);
  closing.push(() => chain.rpc("evm_setIntervalMining", [0]));
}
