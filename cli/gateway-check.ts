import type { Command } from "commander";
import { loadKeys } from "#anchor/keys.ts";
import type { Config } from "#config";
import { AppError } from "#domain/errors.ts";
import { fromBase64 } from "#domain/log/bytes.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";
import { enrolledKeys } from "./gateway-check/enrolled-keys.ts";
import { observe, type Packet, type Watched } from "./gateway-check/observe.ts";
import { isPassed, type Line, reportOn } from "./gateway-check/report.ts";
import type { Sighting } from "./gateway-check/sighting.ts";
import { watchInside } from "./gateway-check/watch-inside.ts";
import { watchOutside } from "./gateway-check/watch-outside.ts";
import { configFromEnvironment } from "./parts.ts";
import { readNamedFile } from "./read-named-file.ts";
import { say } from "./say.ts";
import { untilStopped } from "./until-stopped.ts";
import { wholeNumber } from "./whole-number.ts";

interface Flags {
  readonly gateway: string;
  readonly mqtt?: string;
  readonly user: string;
  readonly key?: string[];
  readonly receiptKeys?: string;
  readonly keepAlive?: string;
  readonly seconds?: string;
}

const sightingsMax = 200_000;
const fileLimits = { maxBytes: 1_000_000, maxDepth: 5 };
const whatToDo =
  "to see everything: stop the collector for a minute, pull the device's network for five, then take its connection over three times";

/** `coldmark gateway-check`: watches a real device at the broker and says of each duty of docs/gateway.md whether it is kept. */
export function addGatewayCheckCommand(program: Command): void {
  program
    .command("gateway-check")
    .description("watch a device at the broker: pass, fail or not seen for each duty; ends by Ctrl-C")
    .requiredOption("--gateway <id>", "the gateway to watch")
    .option(
      "--mqtt <url>",
      "an outside broker, whose user's password is in COLDMARK_WATCH_PASSWORD; default: MQTT_URL, else the broker inside the process that runs on DATA_DIR",
    )
    .option("--user <name>", "who may read the gateway's topics and receipts there", "coldmark-watch")
    .option("--key <kid=alg:base64...>", "its enrolled public keys; default: those in the register")
    .option("--receipt-keys <file>", "what GET /receipt-keys.json gave; default: our own receipt key")
    .option("--keep-alive <seconds>", "the device's MQTT keep-alive (default: 60)")
    .option("--seconds <n>", "how long")
    .action(async (flags: Flags) => {
      const lines = await watch(flags, configFromEnvironment());
      for (const line of lines) say(told(line));
      process.exitCode = isPassed(lines) ? 0 : 1;
    });
}

async function watch(flags: Flags, config: Config): Promise<Line[]> {
  const { gateway, user, seconds } = flags;
  const keepAliveMs = 1_000 * wholeNumber("--keep-alive", flags.keepAlive, 60, [1, 120]);
  const keys = await enrolledKeys(config, gateway, flags.key);
  const watched: Watched = { gateway, keys, receiptKeys: await readReceiptKeys(flags.receiptKeys, config) };
  const seen: Sighting[] = [];
  const hear = (packet: Packet) => {
    const sighting = observe(watched, packet);
    if (sighting !== null && seen.length < sightingsMax) seen.push(sighting);
  };
  const url = flags.mqtt ?? config.mqttUrl;
  const end = await (url === undefined
    ? watchInside(config.dataDir, gateway, hear)
    : watchOutside({ url, user, gateway }, hear));
  say(`watching ${gateway}; ${whatToDo}`);
  await untilStopped(seconds === undefined ? undefined : Number(seconds));
  await end();
  return reportOn(seen, Date.now(), keepAliveMs);
}

async function readReceiptKeys(file: string | undefined, config: Config): Promise<Watched["receiptKeys"]> {
  if (file === undefined) return [loadKeys(config).receiptKey];
  const { keys } = parseStrictJson((await readNamedFile(file)).toString("utf8"), fileLimits) as {
    keys?: { kid: string; publicKey: string }[];
  };
  if (!Array.isArray(keys)) throw new AppError("BAD_REQUEST", `${file} is not what /receipt-keys.json gives`);
  return keys.map(({ kid, publicKey }) => ({ kid, publicKey: fromBase64(publicKey) }));
}

function told({ state, why, duty }: Line): string {
  const mark = state === "not seen" && duty.isOccasional ? "(not seen)" : state.padEnd(10);
  return `${mark}  ${duty.id.padEnd(12)}  ${duty.words}: ${why}`;
}
