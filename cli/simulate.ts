import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { loadKeys } from "#anchor/keys.ts";
import type { ReceiptKey } from "#demo/receipt.ts";
import {
  devicesOf,
  type FileOfGateways,
  readSecrets,
  type SimulatedDevice,
  writeSecrets,
} from "#demo/simulate/device.ts";
import { planSimulation } from "#demo/simulate/plan-network.ts";
import { type LedgerSums, sumLedger } from "#demo/simulate/report.ts";
import { runSimulation } from "#demo/simulate/run.ts";
import type { Tally } from "#demo/simulate/tally.ts";
import { AppError } from "#domain/errors.ts";
import { fromBase64 } from "#domain/log/bytes.ts";
import { lockFolder } from "#store/lock.ts";
import { configFromEnvironment } from "./parts.ts";
import { complain, say } from "./say.ts";
import { type CheckResult, checkLedger } from "./simulate-check.ts";
import { readNumbers, type SimulateFlags } from "./simulate-flags.ts";

const help = {
  mqtt: "the broker: mqtt://host:port or mqtts://host:port",
  ledger: "folder of the gateways' disks; a later run on it goes on where this one ended",
  register: "write LEDGER/network.json, its secrets and Mosquitto's passwords, and end",
  network: "register file of the gateways; default LEDGER/network.json",
  credentials:
    "what register printed, or JSON {id: {password, kid, privateKey}}; default LEDGER/devices.json",
  receiptKeys: "file or URL of /receipt-keys.json; default the key in DATA_DIR",
  trust: "what counts as acknowledged: receipt, or puback to see what that loses",
  check: "PostgreSQL URL: look up everything acknowledged, by place, bytes and value",
  influx: "InfluxDB's URL for --check; without it the table of readings",
} as const;

/** `coldmark simulate`: any number of gateways that behave like real ones, and what their own ledger says afterwards. */
export function addSimulateCommand(program: Command): void {
  program
    .command("simulate")
    .description("drive a broker with simulated gateways; afterwards say from their ledger what is missing")
    .option("--mqtt <url>", help.mqtt)
    .option("--ledger <folder>", help.ledger, "./data/simulate")
    .option("--register", help.register)
    .option("--network <file>", help.network)
    .option("--credentials <file>", help.credentials)
    .option("--receipt-keys <place>", help.receiptKeys)
    .option("--sites <n>", "gateways, one in each site", "10")
    .option("--sensors <n>", "sensors of each gateway (--register)", "4")
    .option("--signed", "the gateways sign with Ed25519 (--register)")
    .option("--rate <n>", "messages a second, all gateways together", "10")
    .option("--seconds <s>", "how long messages are made; 0 only sends what waits", "60")
    .option("--readings <n>", "readings in a message", "1")
    .option("--backfill <share>", "share of the messages that are back-fill", "0")
    .option("--disconnects <share>", "share of the gateways whose line is cut in each second", "0")
    .option("--clock-error <ms>", "so wrong are the gateways' clocks", "0")
    .option("--clock-errors <share>", "share of the gateways with that clock", "1")
    .option("--poison <n>", "one in n messages is poison; 0: none", "0")
    .option("--outbox <n>", "most messages without a receipt, together", "500000")
    .option("--resend <s>", "seconds without a receipt after which a message is sent again", "10")
    .option("--drain <s>", "longest wait for receipts at the end", "60")
    .option("--trust <what>", help.trust, "receipt")
    .option("--check <url>", help.check)
    .option("--influx <url>", help.influx)
    .option("--influx-database <name>", "its database", "coldmark")
    .option("--json", "print a line of JSON each second, and one with the outcome at the end")
    .action(simulate);
}

async function simulate(flags: SimulateFlags): Promise<void> {
  const numbers = readNumbers(flags);
  mkdirSync(flags.ledger, { recursive: true });
  const lock = lockFolder(flags.ledger);
  try {
    if (flags.register) {
      register(flags.ledger, numbers, flags.signed === true);
      return;
    }
    const devices = readDevices(flags).slice(0, numbers.sites);
    const tally = flags.mqtt === undefined ? null : await run(flags, numbers, devices);
    const sums = await sumLedger(runsOf(flags.ledger));
    const check = await checkWhereAsked(flags, devices);
    report({ tally, sums, check }, flags.json === true);
    if (check !== null && check.missingMessages + check.missingReadings > 0) process.exitCode = 1;
  } finally {
    lock.release();
  }
}

type Numbers = ReturnType<typeof readNumbers>;

function runsOf(ledger: string): string {
  return join(ledger, "runs");
}

/** Secrets go into files that only their owner reads. */
function register(folder: string, { sites, sensors }: Numbers, signed: boolean): void {
  const path = join(folder, "network.json");
  if (existsSync(path))
    throw new AppError(
      "BAD_SETTING",
      `${path} exists; its gateways are registered once: choose another --ledger`,
    );
  const { file, devices } = planSimulation({ sites, sensors, signed, since: Date.now() });
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o600 });
  write("devices.json", writeSecrets(devices));
  write("mosquitto.passwords", devices.map(({ id, password }) => `${id}:${password}\n`).join(""));
  write("network.json", JSON.stringify(file));
  say(`${sites} gateways with ${sensors} sensors each stand in ${path}. Now:`);
  say(`  ./coldmark register ${path}`);
  say(
    `  where Mosquitto is the broker: mosquitto_passwd -U on a copy of ${join(folder, "mosquitto.passwords")}`,
  );
  say(`  ./coldmark simulate --ledger ${folder} --sites ${sites} --mqtt URL --rate 100 --seconds 60`);
}

function readDevices(flags: SimulateFlags): SimulatedDevice[] {
  const network = readText(
    flags.network ?? join(flags.ledger, "network.json"),
    "--network, or --register first",
  );
  const own = join(flags.ledger, "devices.json");
  const place = flags.credentials ?? (flags.network === undefined || existsSync(own) ? own : undefined);
  const secrets = place === undefined ? new Map() : readSecrets(readText(place, "--credentials"));
  const devices = devicesOf(JSON.parse(network) as FileOfGateways, secrets);
  if (devices.length === 0)
    throw new AppError("BAD_SETTING", "the register file has no native gateway with a sensor");
  return devices;
}

function readText(path: string, flag: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new AppError("BAD_SETTING", `${path} can't be read; name another by ${flag}`, {}, cause);
  }
}

async function run(
  flags: SimulateFlags,
  numbers: Numbers,
  devices: readonly SimulatedDevice[],
): Promise<Tally> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      process.once(signal, () => process.exit(130));
      stop.abort(new Error("stopped"));
    });
  }
  return runSimulation({
    ...numbers,
    url: brokerUrl(flags.mqtt ?? ""),
    folder: runsOf(flags.ledger),
    devices,
    receiptKeys: flags.trust === "puback" ? [] : await receiptKeys(flags.receiptKeys),
    trust: flags.trust,
    clock: Date.now,
    say: complain,
    progress: (tally) => tellProgress(tally, flags.json === true),
    signal: stop.signal,
  });
}

function brokerUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !["mqtt:", "mqtts:"].includes(url.protocol))
    throw new AppError("BAD_SETTING", "--mqtt must be mqtt://host:port or mqtts://host:port");
  return url;
}

/** As a maker would get them: from the service's address or a file; on the service's own machine from its folder. */
async function receiptKeys(place: string | undefined): Promise<ReceiptKey[]> {
  if (place === undefined) return [loadKeys(configFromEnvironment()).receiptKey];
  const text = /^https?:/.test(place)
    ? await (await fetch(new URL("/receipt-keys.json", place))).text()
    : readText(place, "--receipt-keys");
  const { keys } = JSON.parse(text) as { keys: { kid: string; publicKey: string }[] };
  return keys.map(({ kid, publicKey }) => ({ kid, publicKey: fromBase64(publicKey) }));
}

async function checkWhereAsked(
  flags: SimulateFlags,
  devices: readonly SimulatedDevice[],
): Promise<CheckResult | null> {
  if (flags.check === undefined) return null;
  return checkLedger(runsOf(flags.ledger), devices, {
    databaseUrl: flags.check,
    influxUrl: flags.influx ?? null,
    influxDatabase: flags.influxDatabase,
    waitMs: 120_000,
  });
}

/** A program gets a line each second; a person sees the outcome, and faults as they come. */
function tellProgress(tally: Tally, asJson: boolean): void {
  if (asJson) say(JSON.stringify({ at: Date.now(), progress: tally }));
}

interface Outcome {
  readonly tally: Tally | null;
  readonly sums: LedgerSums;
  readonly check: CheckResult | null;
}

function report(outcome: Outcome, asJson: boolean): void {
  if (asJson) {
    say(JSON.stringify(outcome));
    return;
  }
  const { tally, sums, check } = outcome;
  if (tally !== null)
    say(
      `this run: ${tally.made} messages made, ${tally.sent} sent (${tally.sentAgain} again), ${tally.receipted} receipted; ` +
        `${tally.connections} connections, ${tally.cuts} lines cut, ${tally.heldBack} held back, ` +
        `${tally.refusedByBroker} refused by the broker, ${tally.receiptsRefused} receipts refused`,
    );
  say(
    `ledger: ${sums.messages} messages with ${sums.readings} readings, ${sums.poison} poison; acknowledged ` +
      `${sums.acknowledged} with ${sums.acknowledgedReadings} readings; without a receipt ${sums.unacknowledged}`,
  );
  if (check === null) {
    say("nothing was looked up: --check names the records");
    return;
  }
  for (const example of check.examples) say(`  ${example}`);
  say(
    `of ${check.messages} acknowledged messages ${check.missingMessages} are missing; of ${check.readings} readings ` +
      `${check.stored} are stored and ${check.missingReadings} missing; ${check.deadLetters} dead letters`,
  );
}
