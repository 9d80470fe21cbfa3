/** The parts behind settings (design §3): which readings store and which chain the settings mean. */
import { join } from "node:path";
import type { Logger } from "pino";
import pino from "pino";
import type { Finality } from "#anchor/chain/finality.ts";
import type { AnvilChain, OutsideChain } from "#anchor/chain.ts";
import { type Config, loadConfig } from "#config";
import type { Context } from "#services/context.ts";
import type { Store } from "#store/connect.ts";
import { openInfluxReadings } from "#store/readings/influx.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import type { ReadingsStore, WriteMeter } from "#store/readings/readings-store.ts";

/** The settings of this process. */
export function configFromEnvironment(changes: Readonly<Record<string, string>> = {}): Config {
  return loadConfig({ ...process.env, ...changes });
}

/** JSON lines on standard error, or in a file where a person has the terminal. */
export function openLog(config: Config, file?: string): Logger {
  const level = config.logLevel;
  return file === undefined
    ? pino({ level }, pino.destination(2))
    : pino({ level }, pino.destination({ dest: file, mkdir: true, sync: false }));
}

/** InfluxDB where its URL is set, else a table beside the records; `meter` hears of its halvings. */
export function openReadings(config: Config, store: Store, meter?: WriteMeter): ReadingsStore {
  if (config.influxUrl === undefined) return openPostgresReadings(store, meter);
  const settings = {
    url: config.influxUrl,
    version: Number(config.influxVersion) as 1 | 2 | 3,
    database: config.influxDatabase,
    org: config.influxOrg,
    token: config.influxToken?.reveal(),
    username: config.influxUsername,
    password: config.influxPassword?.reveal(),
  };
  return openInfluxReadings(settings, meter);
}

/** The chain behind RPC URLs, else anvil with its state in the data folder. */
export function chainSettings(config: Config): OutsideChain | AnvilChain {
  if (config.chainRpcUrl === undefined)
    return { kind: "anvil", statePath: join(config.dataDir, "chain", "state.json") };
  return {
    kind: "outside",
    rpcUrls: config.chainRpcUrl,
    chainClass: config.chainClass,
    finality: finalityOf(config.chainFinality),
    ...(config.chainId === undefined ? {} : { chainId: config.chainId }),
  };
}

function finalityOf(word: string): Finality {
  if (word === "finalized") return "tag";
  return word === "immediate" ? "immediate" : Number(word);
}

/** The context of a command: the operator at the terminal. */
export function operatorContext(store: Store, config: Config, log: Logger): Context {
  return {
    store,
    config,
    clock: Date.now,
    log,
    actor: { kind: "system", id: "operator", tenant: null, scopes: ["admin", "register", "capture"] },
  };
}
