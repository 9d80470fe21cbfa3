import type { Command } from "commander";
import { connect } from "mqtt";
import { loadKeys } from "#anchor/keys.ts";
import { AppError } from "#domain/errors.ts";
import { fromBase64 } from "#domain/log/bytes.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";
import { observe, type Watched } from "./gateway-check/observe.ts";
import { isPassed, type Line, reportOn } from "./gateway-check/report.ts";
import type { Sighting } from "./gateway-check/sighting.ts";
import { configFromEnvironment } from "./parts.ts";
import { readNamedFile } from "./read-named-file.ts";
import { say } from "./say.ts";
import { untilStopped } from "./until-stopped.ts";

interface Flags {
  readonly gateway: string;
  readonly mqtt: string;
  readonly user: string;
  readonly key?: string[];
  readonly receiptKeys?: string;
  readonly seconds?: string;
}

const sightingsMax = 200_000;
/** What the broker kept comes at once after the subscription. */
const keptWithinMs = 500;
const keyShape = /^([^=]+)=(Ed25519|ES256):([A-Za-z0-9+/]+=*)$/;
const fileLimits = { maxBytes: 1_000_000, maxDepth: 5 };

/** `coldmark gateway-check`: watches a real device at the broker and says of each duty of docs/gateway.md whether it is kept. */
export function addGatewayCheckCommand(program: Command): void {
  program
    .command("gateway-check")
    .description("watch a device at the broker: pass, fail or not seen for each duty; ends by Ctrl-C")
    .requiredOption("--gateway <id>", "the gateway to watch")
    .requiredOption("--mqtt <url>", "the broker; COLDMARK_WATCH_PASSWORD is the user's password")
    .option("--user <name>", "who may read the gateway's topics and receipts", "coldmark-watch")
    .option("--key <kid=alg:base64...>", "its enrolled public keys; without them it is taken as unsigned")
    .option("--receipt-keys <file>", "what GET /receipt-keys.json gave; default: our own receipt key")
    .option("--seconds <n>", "how long")
    .action(async (flags: Flags) => {
      const lines = await watch(flags, await watchedBy(flags));
      for (const line of lines) say(told(line));
      process.exitCode = isPassed(lines) ? 0 : 1;
    });
}

async function watch({ mqtt, user: username, seconds }: Flags, watched: Watched): Promise<Line[]> {
  const password = process.env.COLDMARK_WATCH_PASSWORD;
  if (password === undefined)
    throw new AppError("BAD_SETTING", "COLDMARK_WATCH_PASSWORD holds the watching user's password");
  const clientId = `${username}-${process.pid}`;
  const client = connect(mqtt, { protocolVersion: 5, clientId, username, password, reconnectPeriod: 1_000 });
  const seen: Sighting[] = [];
  let since = Number.POSITIVE_INFINITY;
  client.on("message", (topic, payload, { qos, retain, dup }) => {
    const at = Date.now();
    const isOld = retain && at < since + keptWithinMs;
    const sighting = dup ? null : observe(watched, { topic, payload, qos, retain, isOld, at });
    if (sighting !== null && seen.length < sightingsMax) seen.push(sighting);
  });
  await subscribe(client, watched.gateway);
  since = Date.now();
  say(
    `watching ${watched.gateway}; to see everything: stop the collector for a minute, then pull the device's network for five`,
  );
  await untilStopped(seconds === undefined ? undefined : Number(seconds));
  await client.endAsync(true);
  return reportOn(seen, Date.now());
}

/** Once at the start, so that a refusal is told at once; MQTT.js subscribes again after a lost connection. */
async function subscribe(client: ReturnType<typeof connect>, gateway: string): Promise<void> {
  const levels = ["data", "hist", "status", "receipt", "command"];
  const filters = levels.map((level) => [`coldmark/v1/${gateway}/${level}`, { qos: 1, rap: true }] as const);
  const refused = new Promise<never>((_, reject) => client.once("error", reject));
  try {
    await Promise.race([client.subscribeAsync(Object.fromEntries(filters)), refused]);
  } catch (cause) {
    client.end(true);
    throw new AppError(
      "UNAVAILABLE",
      "the broker doesn't let us watch: is it there, and is the user's password right?",
      {},
      cause,
    );
  }
  client.on("error", () => undefined);
}

async function watchedBy({ gateway, key = [], receiptKeys }: Flags): Promise<Watched> {
  const keys = key.map((text) => {
    const [, kid = "", alg, publicKey = ""] = keyShape.exec(text) ?? [];
    if (alg === undefined)
      throw new AppError("BAD_REQUEST", "--key takes KID=Ed25519:BASE64 or KID=ES256:BASE64");
    return [
      kid,
      { kid, alg: alg as "Ed25519" | "ES256", publicKey: fromBase64(publicKey), revokedAt: null },
    ] as const;
  });
  return { gateway, keys: new Map(keys), receiptKeys: await readReceiptKeys(receiptKeys) };
}

async function readReceiptKeys(file: string | undefined): Promise<Watched["receiptKeys"]> {
  if (file === undefined) {
    return [loadKeys(configFromEnvironment()).receiptKey];
  }
  const { keys } = parseStrictJson((await readNamedFile(file)).toString("utf8"), fileLimits) as {
    keys?: { kid: string; publicKey: string }[];
  };
  if (!Array.isArray(keys)) throw new AppError("BAD_REQUEST", `${file} is not what /receipt-keys.json gives`);
  return keys.map(({ kid, publicKey }) => ({ kid, publicKey: fromBase64(publicKey) }));
}

function told({ state, why, duty }: Line): string {
  const mark = state === "not seen" && duty.isOccasional ? "(not seen)" : state.padEnd(10);
  return `${mark}  ${duty.id.padEnd(11)} ${duty.words}: ${why}`;
}
