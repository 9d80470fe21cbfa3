/** A real deployment under load for the fault tests: PostgreSQL, Mosquitto, InfluxDB, `coldmark up` and simulated gateways. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { readSecrets } from "#demo/simulate/device.ts";
import { freePort } from "./free-port.ts";
import { startInflux, type TestInflux } from "./influx.ts";
import type { Counters } from "./ingest-house.ts";
import { type MosquittoOptions, savedRarely, startMosquitto, type TestMosquitto } from "./mosquitto.ts";
import { type PostgresOptions, startPostgres, type TestPostgres } from "./postgres.ts";
import { readCounters } from "./read-counters.ts";
import { coldmark, type RunningService, startUp } from "./service.ts";
import { type Simulated, type SimulateOutcome, startSimulated } from "./simulated.ts";

/** How a rig differs from the usual one. */
export interface RigOptions {
  readonly postgres?: PostgresOptions;
  readonly influx?: { parent?: string; host?: string };
  readonly broker?: MosquittoOptions;
  /** The gateways sign. */
  readonly signed?: boolean;
  /** Settings of the service beside the parts' addresses. */
  readonly settings?: Record<string, string>;
  /** What DATABASE_URL ends with. */
  readonly databaseQuery?: string;
  /** What runs the service, and what runs the gateways: a network namespace, a wrong clock. */
  readonly servicePrefix?: readonly string[];
  readonly gatewayPrefix?: readonly string[];
}

/** A running rig. */
export interface FaultRig {
  readonly folder: string;
  readonly env: Record<string, string>;
  readonly postgres: TestPostgres;
  readonly mosquitto: TestMosquitto;
  readonly influx: TestInflux;
  readonly service: RunningService;
  /** Starts the service again after it was killed. */
  startService(more?: { settings?: Record<string, string>; prefix?: readonly string[] }): Promise<void>;
  /** Starts the gateways on a ledger (a folder's name; the first run registers nothing more). */
  simulate(flags?: readonly string[], ledger?: string): Simulated;
  /** Sends what waits, waits for receipts, then looks everything acknowledged up. */
  settle(flags?: readonly string[], ledger?: string): Promise<SimulateOutcome>;
  /** Looks up what a ledger holds as acknowledged, and sends nothing. */
  check(ledger?: string): Promise<SimulateOutcome>;
  counters(): Promise<Counters>;
  /** Points in InfluxDB. */
  countPoints(): Promise<number>;
  sql<Row extends pg.QueryResultRow>(text: string): Promise<Row[]>;
  stop(): Promise<void>;
}

const sites = 20;
/** Enough for every test; a gateway's rate of a few tens of messages a second is a busy one's. */
const load = [
  "--sites",
  String(sites),
  "--rate",
  "200",
  "--readings",
  "5",
  "--seconds",
  "3600",
  "--resend",
  "3",
];

/** Starts every part, registers the gateways, starts the service. */
export async function startRig(options: RigOptions = {}): Promise<FaultRig> {
  const folder = mkdtempSync("/var/tmp/coldmark-fault-");
  const home = join(folder, "gateways");
  await register(home, options.signed === true);
  const closing: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    return await startParts({ folder, home, options, closing, stop });
  } catch (fault) {
    await stop();
    throw fault;
  }
}

async function register(home: string, signed: boolean): Promise<void> {
  const signing = signed ? ["--signed"] : [];
  const made = await coldmark([
    "simulate",
    "--register",
    "--ledger",
    home,
    "--sites",
    String(sites),
    ...signing,
  ]);
  if (made.code !== 0) throw new Error(`simulate --register failed: ${made.stderr}`);
}

async function startParts(parts: {
  folder: string;
  home: string;
  options: RigOptions;
  closing: (() => Promise<unknown>)[];
  stop: () => Promise<void>;
}): Promise<FaultRig> {
  const { folder, home, options, closing, stop } = parts;
  const secrets = readSecrets(readFileSync(join(home, "devices.json"), "utf8"));
  const passwords = Object.fromEntries([...secrets].map(([id, { password }]) => [id, password]));
  const starting = [
    startPostgres(options.postgres),
    startMosquitto(passwords, { change: savedRarely, ...options.broker }),
    startInflux(options.influx),
  ] as const;
  for (const part of await Promise.allSettled(starting))
    if (part.status === "fulfilled") closing.push(part.value.stop);
  const [postgres, mosquitto, influx] = await Promise.all(starting);
  const env: Record<string, string> = {
    DATA_DIR: folder,
    PORT: String(await freePort()),
    LOG_LEVEL: "info",
    DATABASE_URL: `${postgres.url}${options.databaseQuery ?? ""}`,
    MQTT_URL: mosquitto.url,
    MQTT_USERNAME: mosquitto.collector.username,
    MQTT_PASSWORD: mosquitto.collector.password,
    INFLUX_URL: influx.url,
    INFLUX_VERSION: "1",
    ...options.settings,
  };
  const registered = await coldmark(["register", join(home, "network.json")], env);
  if (registered.code !== 0) throw new Error(`register failed: ${registered.stderr}`);
  const start = (more: { settings?: Record<string, string>; prefix?: readonly string[] } = {}) =>
    startUp(
      { ...env, ...more.settings },
      { roles: "broker,collect,project,api", prefix: more.prefix ?? options.servicePrefix ?? [] },
    );
  let service = await start();
  closing.push(() => service.stop());
  const ledgerFlags = (ledger: string) => [
    ...["--ledger", join(folder, ledger), "--network", join(home, "network.json")],
    ...["--credentials", join(home, "devices.json")],
  ];
  const lookUp = ["--check", postgres.url, "--influx", influx.url];
  const run = (flags: readonly string[], ledger: string) =>
    startSimulated([...ledgerFlags(ledger), ...flags], env, options.gatewayPrefix);
  return {
    ...{ folder, env, postgres, mosquitto, influx, stop },
    get service() {
      return service;
    },
    startService: async (more) => {
      service = await start(more);
    },
    simulate: (flags = [], ledger = "ledger") => run(["--mqtt", mosquitto.url, ...load, ...flags], ledger),
    settle: (flags = [], ledger = "ledger") => {
      const last = ["--seconds", "0", "--drain", "90"];
      return run(["--mqtt", mosquitto.url, ...load, ...last, ...lookUp, ...flags], ledger).outcome();
    },
    check: (ledger = "ledger") => run([...load, ...lookUp], ledger).outcome(),
    counters: () => readCounters(service.url),
    countPoints: () => countPoints(influx.url),
    sql: (text) => query(postgres.url, text),
  };
}

async function countPoints(influxUrl: string): Promise<number> {
  const q = "SELECT count(t) FROM reading";
  const answer = (await (
    await fetch(new URL(`/query?${new URLSearchParams({ db: "coldmark", q })}`, influxUrl))
  ).json()) as {
    results: { series?: { values: [string, number][] }[] }[];
  };
  return answer.results[0]?.series?.[0]?.values[0]?.[1] ?? 0;
}

async function query<Row extends pg.QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
