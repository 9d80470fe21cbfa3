import type { IClientOptions, ISubscriptionMap, MqttClient } from "mqtt";
import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";
import { toLane } from "./inbound.ts";
import type { InboundMessage } from "./message.ts";
import type { TopicRoutes } from "./topic-routes.ts";

/** What the collector works with; `connect` opens a socket to the broker. */
export interface CollectorParts {
  readonly connect: (options: IClientOptions) => MqttClient;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly accept: (message: InboundMessage) => Promise<void>;
  readonly routes: TopicRoutes;
  /** Age of the oldest message that is not durable yet. */
  readonly oldestWaitMs: () => number;
  readonly clock: () => number;
  readonly log: Logger;
}

/** The collector: a persistent session at an outside broker. */
export interface Collector {
  isUp(): boolean;
  publish(topic: string, payload: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

type Packet = Parameters<MqttClient["handleMessage"]>[0];

const clientIdWhenUnnamed = "coldmark-collector";
const week = 7 * 86_400;
const windowMessages = 1_000;
const packetBytesMax = 1_200_000;
const backOff = { firstMs: 500, longestMs: 10_000 };
const watchMs = 1_000;
/** Nothing became durable for this long: the broker's queue is a better place to wait than our memory. */
const patienceMs = 30_000;
const nativeFilters = {
  "coldmark/v1/+/data": { qos: 1, rh: 2 },
  "coldmark/v1/+/hist": { qos: 1, rh: 2 },
  "coldmark/v1/+/status": { qos: 1 },
} as const;

/**
 * Connects for ever, each time with a new client: an acknowledgement can then never reach a later connection, where
 * its packet id means another message (reference/ingestion.md §0 fact 3). PUBACK is sent when a message is durable.
 */
export function openCollector(parts: CollectorParts): Collector {
  let client: MqttClient | null = null;
  let retry: NodeJS.Timeout | null = null;
  let failures = 0;
  let isFirst = true;
  let stopped = false;

  const connect = (): void => {
    retry = null;
    if (stopped) return;
    if (parts.oldestWaitMs() > patienceMs) {
      again();
      return;
    }
    const own = parts.connect(connectOptions(parts));
    client = own;
    own.on("error", (error) => parts.log.warn({ err: error }, "the broker's connection"));
    own.on("connect", ({ sessionPresent }) => {
      failures = 0;
      if (!sessionPresent && !isFirst)
        parts.log.warn("the broker lost our session: messages it held may be lost");
      isFirst = false;
      subscribe(own, nativeFilters, parts.log);
      followSources(own, parts);
    });
    own.once("close", () => {
      own.end(true);
      if (client === own) client = null;
      again();
    });
    own.handleMessage = takeMessages(own, parts);
  };
  const again = (): void => {
    if (stopped || retry) return;
    failures += 1;
    const full = Math.min(backOff.firstMs * 2 ** Math.min(failures - 1, 10), backOff.longestMs);
    retry = setTimeout(connect, Math.random() * full);
  };
  const watchdog = setInterval(() => {
    if (client?.connected && parts.oldestWaitMs() > patienceMs)
      drop(client, parts.log, "nothing becomes durable");
  }, watchMs);

  connect();
  return {
    isUp: () => client?.connected === true,
    publish: (topic, payload) => publishOn(client, topic, payload),
    stop: async () => {
      stopped = true;
      clearInterval(watchdog);
      if (retry) clearTimeout(retry);
      await client?.endAsync().catch(() => undefined);
    },
  };
}

function connectOptions({ username, password }: CollectorParts): IClientOptions {
  return {
    protocolVersion: 5,
    clientId: username ?? clientIdWhenUnnamed,
    username,
    password,
    clean: false,
    keepalive: 30,
    connectTimeout: 10_000,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    properties: {
      sessionExpiryInterval: week,
      receiveMaximum: windowMessages,
      maximumPacketSize: packetBytesMax,
    },
  };
}

/** Hears the topics of registered sources, and of those registered later, as long as this connection lasts. */
function followSources(client: MqttClient, { routes, log }: CollectorParts): void {
  let heard: readonly string[] = [];
  const follow = () => {
    const wanted = routes.filters();
    const more = wanted.filter((filter) => !heard.includes(filter));
    const gone = heard.filter((filter) => !wanted.includes(filter));
    heard = wanted;
    if (more.length > 0) {
      subscribe(client, Object.fromEntries(more.map((filter) => [filter, { qos: 1, rh: 2 }])), log);
    }
    if (gone.length > 0) client.unsubscribe([...gone]);
  };
  follow();
  client.once("close", routes.onChange(follow));
}

function subscribe(client: MqttClient, filters: ISubscriptionMap, log: Logger): void {
  client.subscribe(filters, (error, granted) => {
    const refused = granted?.filter(({ qos }) => qos >= 128).map(({ topic }) => topic) ?? [];
    if (!error && refused.length === 0) return;
    log.error({ err: error, refused }, "the broker refuses our subscriptions: check its ACL");
    client.end(true);
  });
}

/**
 * Gives each packet on and lets MQTT.js go to the next one without acknowledging: holding the callback would stop
 * everything, pings included (reference/ingestion.md §0 facts 1 and 2).
 */
function takeMessages(client: MqttClient, parts: CollectorParts): MqttClient["handleMessage"] {
  const acknowledge = createAcknowledger(client);
  return (packet, done) => {
    parts.accept(toMessage(packet, parts)).then(
      () => acknowledge(packet),
      (error: unknown) => drop(client, parts.log, error),
    );
    done(new Error("acknowledged later"));
  };
}

function toMessage(packet: Packet, { routes, clock }: CollectorParts): InboundMessage {
  const topic = String(packet.topic);
  const payload = typeof packet.payload === "string" ? Buffer.from(packet.payload) : packet.payload;
  return toLane(routes.route, { topic, payload, door: "collector", receivedAt: clock() });
}

/** Collects what one commit made durable and sends its PUBACKs together, in the order of receipt. */
function createAcknowledger(client: MqttClient): (packet: Packet) => void {
  // Private in MQTT.js, hence the exact pin of its version and the test that would notice.
  const sender = client as unknown as { _sendPacket(packet: object): void };
  let due: number[] = [];
  const flush = () => {
    const ids = due;
    due = [];
    if (!client.connected) return;
    client.stream.cork();
    for (const messageId of ids) sender._sendPacket({ cmd: "puback", messageId, reasonCode: 0 });
    client.stream.uncork();
  };
  return ({ qos, messageId }) => {
    if (qos !== 1 || messageId === undefined) return;
    if (due.length === 0) setImmediate(flush);
    due.push(messageId);
  };
}

function drop(client: MqttClient, log: Logger, why: unknown): void {
  if (!client.connected) return;
  log.warn({ why }, "leaves the broker for now: its queue holds what comes");
  client.end(true);
}

/** Resolves with the broker's PUBACK. @throws AppError UNAVAILABLE when there is no connection, or it ends first */
function publishOn(client: MqttClient | null, topic: string, payload: Uint8Array): Promise<void> {
  if (!client?.connected) return Promise.reject(new AppError("UNAVAILABLE", "no connection to the broker"));
  return new Promise((resolve, reject) => {
    const lost = () => reject(new AppError("UNAVAILABLE", "the broker went away"));
    client.once("close", lost);
    client.publish(topic, Buffer.from(payload), { qos: 1 }, (error) => {
      client.off("close", lost);
      if (error) reject(error);
      else resolve();
    });
  });
}
