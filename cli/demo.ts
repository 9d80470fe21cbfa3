import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { loadKeys } from "#anchor/keys.ts";
import type { Config } from "#config";
import { type DemoNetwork, demoNetwork } from "#demo/network.ts";
import { type DemoRun, type DemoScan, runDemo, scansOf } from "#demo/run.ts";
import { AppError } from "#domain/errors.ts";
import { registerNetwork } from "#services/register/register-network.ts";
import { clearDemoFolder } from "./clear-demo-folder.ts";
import { type InfluxChild, startInflux } from "./demo-influx.ts";
import { configFromEnvironment, openLog, operatorContext } from "./parts.ts";
import { say } from "./say.ts";
import { type Service, startService } from "./start-service.ts";
import { untilFinal } from "./until-final.ts";
import { untilStopped } from "./until-stopped.ts";

interface DemoFlags {
  readonly port: string;
  readonly data: string;
  readonly sites: string;
  readonly seed: string;
  readonly exitAfter?: string;
}

/** Short windows and quick anchors, so that a person sees a final verdict soon (issue: segment 5 min, anchor 10 s). */
const demoSettings = {
  ENVIRONMENT: "demo",
  SEGMENT_MS: "300000",
  SEGMENT_MOVING_MS: "300000",
  SEAL_GRACE_MS: "10000",
  ANCHOR_MAX_AGE_MS: "10000",
  ANCHOR_URGENT_MS: "5000",
};

/** `coldmark demo`: a small network on the embedded parts; its gateways and partners come in from outside. */
export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .description("run a whole small network: 24 h of history, then live")
    .option("--port <port>", "port of the pages and the API", "8080")
    .option("--data <dir>", "folder of the demo; an earlier demo's is cleared", "./data/demo")
    .option("--sites <n>", "pharmacies", "3")
    .option("--seed <n>", "the same seed gives the same network", "1")
    .option("--exit-after <seconds>", "end by itself, counted from when it is ready")
    .action(runDemoCommand);
}

async function runDemoCommand(flags: DemoFlags): Promise<void> {
  const dataDir = resolve(flags.data);
  const places = { DATA_DIR: dataDir, PORT: flags.port, MQTT_PORT: process.env.MQTT_PORT ?? "0" };
  configFromEnvironment({ ...demoSettings, ...places });
  await clearDemoFolder(dataDir);
  const stopped = untilStopped();
  const influx = await startInflux(join(dataDir, "influx"));
  try {
    const config = configFromEnvironment({ ...demoSettings, ...places, ...influx?.settings });
    const scans: DemoScan[] = [];
    const log = openLog(config, join(dataDir, "coldmark.log"));
    const service = await startService(config, log, {
      rooms: new Set(["ingest", "anchor", "api"]),
      demoScans: () => scans,
    });
    try {
      await present({ flags, config, service, scans, influx, log, stopped });
    } finally {
      await service.stop();
    }
  } finally {
    await influx?.stop();
  }
  say("the demo has ended");
}

interface Stage {
  readonly flags: DemoFlags;
  readonly config: Config;
  readonly service: Service;
  readonly scans: DemoScan[];
  readonly influx: InfluxChild | null;
  readonly log: ReturnType<typeof openLog>;
  /** Resolves at the first signal, also in the middle of the history. */
  readonly stopped: Promise<void>;
}

async function present(stage: Stage): Promise<void> {
  sayParts(stage);
  const end = new AbortController();
  const { stopped, flags } = stage;
  const run = await Promise.race([showNetwork(stage, end.signal), stopped.then(() => null)]);
  if (run !== null) {
    const seconds = flags.exitAfter === undefined ? null : Number(flags.exitAfter);
    await Promise.race([
      stopped,
      ...(seconds === null ? [] : [pause(seconds * 1000, undefined, { ref: true })]),
    ]);
  }
  say("stopping");
  end.abort(new Error("the demo was stopped"));
  await run?.finished;
}

/** The network's history and its scans, up to final verdicts. */
async function showNetwork(stage: Stage, signal: AbortSignal): Promise<DemoRun> {
  const { flags, config, service, scans } = stage;
  const demo = demoNetwork({ seed: Number(flags.seed), sites: Number(flags.sites), now: Date.now() });
  await registerDemo(stage, demo);
  const run = await sendHistory(service, config, demo, signal);
  scans.push(...run.scans);
  say("sealing the history and anchoring it");
  await untilFinal(service, scans, signal);
  await writeFile(
    join(config.dataDir, "demo.json"),
    `${JSON.stringify(introduction(service, demo), null, 2)}\n`,
  );
  sayScans(service, scans);
  return run;
}

function sayParts({ service, influx }: Stage): void {
  say(`records:  ${service.store.describe}`);
  say(`readings: ${service.readings.describe}${influx === null ? " (influxd is not installed here)" : ""}`);
  say(`broker:   ${service.ingest?.broker.describe}`);
  say(`chain:    ${service.anchor?.describe()}`);
}

async function registerDemo({ service, config, log }: Stage, demo: DemoNetwork): Promise<void> {
  const result = await registerNetwork(operatorContext(service.store, config, log), demo.network, {
    dryRun: false,
  });
  if (result.faults.length > 0) {
    throw new AppError("BAD_NETWORK_FILE", "the demo's own network file has faults", {
      faults: result.faults,
    });
  }
  say(`registered the network: ${result.created.length} new things`);
}

function sendHistory(
  service: Service,
  config: Config,
  demo: DemoNetwork,
  signal: AbortSignal,
): Promise<DemoRun> {
  const { server, ingest } = service;
  if (server === null || ingest === null) throw new AppError("INTERNAL", "a demo needs every room");
  const receiptKeys = [loadKeys(config).receiptKey];
  return runDemo({ mqttUrl: ingest.broker.url, httpUrl: server.url, demo, receiptKeys, signal, say });
}

/** What `DIR/demo.json` tells other programs: the console, how to sign in, and a page for each case. */
function introduction(service: Service, demo: DemoNetwork) {
  const console = service.server?.url ?? "";
  const key = demo.devices.scanners[0]?.apiKey;
  return {
    console,
    rpc: service.anchor?.rpcUrl() ?? null,
    login: { apiKey: key, header: "Authorization: Bearer" },
    scans: scansOf(demo.cases, console),
  };
}

function sayScans(service: Service, scans: readonly DemoScan[]): void {
  say("");
  say(`ready: ${service.server?.url}`);
  for (const scan of scans) say(`  ${scan.case.padEnd(8)} ${scan.url}`);
  say(`  chain    ${service.anchor?.rpcUrl()} (run by this very process: it proves nothing to outsiders)`);
  say("Ctrl-C ends the demo");
}
