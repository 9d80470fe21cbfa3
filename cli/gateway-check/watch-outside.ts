import { connect } from "mqtt";
import { AppError } from "#domain/errors.ts";
import type { Packet } from "./observe.ts";

/** Whom to ask for a gateway's packets, and as whom. */
export interface OutsideWatch {
  readonly url: string;
  readonly user: string;
  readonly gateway: string;
}

/** What the broker kept comes at once after the subscription. */
const keptWithinMs = 500;

/**
 * Hears a gateway's topics at an outside broker; resolves once it does, with what ends it. MQTT.js subscribes again after a lost
 * connection.
 * @throws AppError BAD_SETTING without the user's password, UNAVAILABLE when the broker doesn't let us
 */
export async function watchOutside(
  { url, user: username, gateway }: OutsideWatch,
  hear: (packet: Packet) => void,
): Promise<() => Promise<void>> {
  const password = process.env.COLDMARK_WATCH_PASSWORD;
  if (password === undefined)
    throw new AppError(
      "BAD_SETTING",
      `COLDMARK_WATCH_PASSWORD must hold the password of ${username} at that broker: with Mosquitto a line in its credentials, with EMQX --user and MQTT_PASSWORD of the collector (docs/brokers)`,
    );
  const clientId = `${username}-${process.pid}`;
  const client = connect(url, { protocolVersion: 5, clientId, username, password, reconnectPeriod: 1_000 });
  let since = Number.POSITIVE_INFINITY;
  client.on("message", (topic, payload, { qos, retain, dup }) => {
    const at = Date.now();
    const isOld = retain && at < since + keptWithinMs;
    if (!dup) hear({ topic, payload, qos, retain, isOld, isWill: null, at });
  });
  await subscribe(client, gateway);
  since = Date.now();
  return () => client.endAsync(true);
}

/** Once at the start, so that a refusal is told at once. */
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
