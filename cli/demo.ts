import { writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Command } from "commander";
import { loadKeys } from "#anchor/keys.ts";
import type { Config } from "#config";
import type { DemoAccount } from "#demo/people.ts";
import { type DemoScan, scansOf } from "#demo/run.ts";
import { AppError } from "#domain/errors.ts";
import { registerNetwork } from "#services/register/register-network.ts";
import { clearDemoFolder } from "./clear-demo-folder.ts";
import { type InfluxChild, startInflux } from "./demo-influx.ts";
import { type Doors, type DrawnNetwork, type Outside, openOutside } from "./demo-outside.ts";
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

/** Quick anchors, so that a person sees a final verdict soon; the grace lets the history come in before it is sealed. */
const demoSettings = {
  ENVIRONMENT: "demo",
  SEAL_GRACE_MS: "30000",
  ANCHOR_MAX_AGE_MS: "10000",
  ANCHOR_URGENT_MS: "5000",
};

/** `coldmark demo`: a small network on the embedded parts; its gateways and partners come in from outside. */
export function addDemoCommand(program: Command): void {
  program
    .command("demo")
    .description("run a whole network of pharmacies: its history, then live")
    .option("--port <port>", "port of the pages and the API", "8080")
    .option("--data <dir>", "folder of the demo; an earlier demo's is cleared", "./data/demo")
    .option("--sites <n>", "pharmacies, at least 3", "120")
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
  const settings = { seed: Number(flags.seed), sites: Number(flags.sites), now: Date.now() };
  const outside = openOutside(settings, say);
  const influx = await startInflux(join(dataDir, "influx"));
  try {
    const config = configFromEnvironment({ ...demoSettings, ...places, ...influx?.settings });
    const scans: DemoScan[] = [];
    const accounts: DemoAccount[] = [];
    const log = openLog(config, join(dataDir, "coldmark.log"));
    const service = await startService(config, log, {
      rooms: new Set(["ingest", "anchor", "jobs", "api"]),
      demoScans: () => scans,
      demoAccounts: () => accounts,
    });
    try {
      await present({ flags, config, service, accounts, outside, scans, influx, log, stopped });
    } finally {
      await outside.end();
      await service.stop();
    }
  } finally {
    await outside.end();
    await influx?.stop();
  }
  say("the demo has ended");
}

interface Stage {
  readonly flags: DemoFlags;
  readonly config: Config;
  readonly service: Service;
  readonly accounts: DemoAccount[];
  readonly outside: Outside;
  readonly scans: DemoScan[];
  readonly influx: InfluxChild | null;
  readonly log: ReturnType<typeof openLog>;
  /** Resolves at the first signal, also in the middle of the history. */
  readonly stopped: Promise<void>;
}

async function present(stage: Stage): Promise<void> {
  await stage.influx?.answers;
  sayParts(stage);
  const end = new AbortController();
  const { stopped, flags, outside } = stage;
  const isShown = showNetwork(stage, end.signal).then(() => true);
  if (await Promise.race([isShown, stopped.then(() => false)]))
    await Promise.race([stopped, untilOver(flags, end.signal)]);
  say("stopping");
  end.abort(new Error("the demo was stopped"));
  await outside.end();
  await isShown.catch(() => undefined);
}

/** Resolves when the time that `--exit-after` gives is over; never without it. */
async function untilOver({ exitAfter }: DemoFlags, signal: AbortSignal): Promise<void> {
  if (exitAfter === undefined) return new Promise(() => undefined);
  await pause(Number(exitAfter) * 1000, undefined, { signal }).catch(() => undefined);
}

/** The network's history and its scans, up to final verdicts. */
async function showNetwork(stage: Stage, signal: AbortSignal): Promise<void> {
  const { config, service, outside, scans, accounts } = stage;
  const demo = await outside.drawn;
  await registerDemo(stage, demo);
  accounts.push(...demo.accounts);
  await outside.stateCases(doorsOf(service, config));
  scans.push(...scansOf(demo.cases, service.server?.url ?? ""));
  say("sealing the history and anchoring it");
  if (scans[0] !== undefined) await untilFinal(service, scans[0], signal);
  await writeFile(
    join(config.dataDir, "demo.json"),
    `${JSON.stringify(introduction(service, demo), null, 2)}\n`,
  );
  sayScans(service, scans, demo);
  outside.join().catch((error: Error) => {
    if (!signal.aborted) say(error.message);
  });
}

function sayParts({ service, influx }: Stage): void {
  say(`records:  ${service.store.describe}`);
  say(`readings: ${service.readings.describe}${influx === null ? " (influxd is not installed here)" : ""}`);
  say(`broker:   ${service.ingest?.broker.describe}`);
  say(`chain:    ${service.anchor?.describe()}`);
}

async function registerDemo({ service, config, log }: Stage, demo: DrawnNetwork): Promise<void> {
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

function doorsOf({ server, ingest }: Service, config: Config): Doors {
  if (server === null || ingest === null) throw new AppError("INTERNAL", "a demo needs every room");
  return { mqttUrl: ingest.broker.url, httpUrl: server.url, receiptKeys: [loadKeys(config).receiptKey] };
}

/** What `DIR/demo.json` tells other programs: the console, how to sign in, a page for each case, stickers to claim. */
function introduction(service: Service, demo: DrawnNetwork) {
  const console = service.server?.url ?? "";
  return {
    console: new URL("/console/", console).href,
    rpc: service.anchor?.rpcUrl() ?? null,
    login: { apiKey: demo.apiKey, header: "Authorization: Bearer", accounts: demo.accounts },
    scans: scansOf(demo.cases, console),
    mqtt: service.ingest?.broker.url ?? null,
    stickers: demo.stickers,
  };
}

function sayScans(service: Service, scans: readonly DemoScan[], { accounts, stickers }: DrawnNetwork): void {
  say("");
  say(`ready: ${service.server?.url}`);
  for (const scan of scans) say(`  ${scan.case.padEnd(20)} ${scan.url}`);
  say(`  chain    ${service.anchor?.rpcUrl()} (run by this very process: it proves nothing to outsiders)`);
  say(`  console  ${service.server?.url}/console/`);
  for (const { role, email, password } of accounts) say(`    as ${role.padEnd(9)} ${email}  ${password}`);
  say("  gateways that nobody claimed, to claim as the manager:");
  for (const sticker of stickers) say(`    ${sticker}`);
  say("Ctrl-C ends the demo");
}
