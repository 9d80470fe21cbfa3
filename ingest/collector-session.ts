import type { IClientOptions, MqttClient } from "mqtt";
import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";
import { createAcknowledger } from "./acknowledger.ts";
import { endConnection } from "./end-connection.ts";
import { droppedTopic, keepSubscribed, type Subscriptions } from "./keep-subscribed.ts";
import type { InboundMessage, Lane } from "./message.ts";
import { type Publish, readPublishes } from "./publish-reader.ts";
import type { Settled } from "./waiting.ts";

/** What sessions count, for the metrics. */
export interface SessionMeters {
  /** A message of QoS 0, which nobody acknowledges: how many were lost before it nobody can tell (reliability.md §2.1 M13). */
  tookQos0(): void;
  reconnected(): void;
  sessionLost(): void;
  /** What the broker says of itself, where it says anything. */
  brokerDropped(messages: number): void;
}

/** What one session works with; `connect` opens a socket to the broker. */
export interface SessionParts {
  readonly connect: (options: IClientOptions) => MqttClient;
  /** User name and client id at once: brokers can be told to hold them equal. */
  readonly user: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly windowMessages: number;
  readonly keepaliveSeconds: number;
  readonly subscriptions: () => Promise<Subscriptions>;
  readonly toMessage: (topic: string, payload: Uint8Array, isRetained: boolean) => InboundMessage;
  readonly accept: (message: InboundMessage, settled: Settled) => void;
  /** When to read on after a message of this lane; null at once. */
  readonly room: (lane: Lane) => Promise<void> | null;
  /** Age of the oldest message that is not durable yet. */
  readonly oldestWaitMs: () => number;
  readonly clock: () => number;
  readonly log: Logger;
  readonly meters: SessionMeters;
}

/** A persistent session at an outside broker. */
export interface CollectorSession {
  isUp(): boolean;
  /** Packets received and not acknowledged. */
  unacknowledged(): number;
  publish(topic: string, payload: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

const week = 7 * 86_400;
const packetBytesMax = 1_200_000;
const backOff = { firstMs: 500, longestMs: 10_000 };
const watchMs = 1_000;
/** Nothing became durable for this long: the broker's queue is a better place to wait than our memory. */
const patienceMs = 30_000;

/**
 * Connects for ever, each time with a new client: an acknowledgement can then never reach a later connection, where
 * its packet id means another message (reference/ingestion.md §0 fact 3). PUBACK is sent when a message is durable.
 */
export function openSession(parts: SessionParts): CollectorSession {
  const { log, meters } = parts;
  let client: MqttClient | null = null;
  let retry: NodeJS.Timeout | null = null;
  let failures = 0;
  let isFirst = true;
  let stopped = false;
  let unacknowledged = () => 0;

  const connect = (): void => {
    retry = null;
    if (stopped) return;
    if (parts.oldestWaitMs() > patienceMs) {
      again();
      return;
    }
    const own = parts.connect(connectOptions(parts));
    client = own;
    own.on("error", (error) => log.warn({ err: error, session: parts.user }, "the broker's connection"));
    own.on("connect", ({ sessionPresent }) => {
      failures = 0;
      if (!isFirst) meters.reconnected();
      if (!sessionPresent && !isFirst) {
        meters.sessionLost();
        log.warn({ session: parts.user }, "the broker lost our session: messages it held may be lost");
      }
      isFirst = false;
      keepSubscribed(own, parts);
    });
    own.once("close", () => {
      own.end(true);
      if (client === own) client = null;
      again();
    });
    unacknowledged = takeMessages(own, parts);
    own.connect();
  };
  const again = (): void => {
    if (stopped || retry) return;
    failures += 1;
    const full = Math.min(backOff.firstMs * 2 ** Math.min(failures - 1, 10), backOff.longestMs);
    retry = setTimeout(connect, Math.random() * full);
  };
  const watchdog = setInterval(() => {
    if (client?.connected && parts.oldestWaitMs() > patienceMs) drop(client, log, "nothing becomes durable");
  }, watchMs);

  connect();
  return {
    isUp: () => client?.connected === true,
    unacknowledged: () => (client?.connected ? unacknowledged() : 0),
    publish: (topic, payload) => publishOn(client, topic, payload),
    stop: async () => {
      stopped = true;
      clearInterval(watchdog);
      if (retry) clearTimeout(retry);
      if (client) await endConnection(client);
    },
  };
}

function connectOptions({
  user,
  username,
  password,
  windowMessages,
  keepaliveSeconds,
}: SessionParts): IClientOptions {
  return {
    protocolVersion: 5,
    clientId: user,
    username,
    password,
    clean: false,
    keepalive: keepaliveSeconds,
    connectTimeout: 10_000,
    reconnectPeriod: 0,
    manualConnect: true,
    resubscribe: false,
    queueQoSZero: false,
    log: () => undefined,
    properties: {
      sessionExpiryInterval: week,
      receiveMaximum: windowMessages,
      maximumPacketSize: packetBytesMax,
    },
  };
}

/**
 * Gives each message on and reads the next one without acknowledging it: waiting for it would stop everything, pings included
 * (reference/ingestion.md §0 facts 1 and 2). That is wanted only while the inbox has no room: Mosquitto doesn't hold our window
 * (fact 7), so the socket itself must. Gives the number of packets that await their PUBACK.
 */
function takeMessages(client: MqttClient, parts: SessionParts): () => number {
  const acknowledger = createAcknowledger(client);
  let isLeaving = false;
  const leave = (why: unknown): void => {
    if (isLeaving) return;
    isLeaving = true;
    drop(client, parts.log, why);
  };
  const take = (publish: Publish): Promise<void> | null => {
    if (publish.topic === droppedTopic) {
      parts.meters.brokerDropped(Number(publish.payload.toString()) || 0);
      return null;
    }
    if (publish.qos === 0) parts.meters.tookQos0();
    const message = parts.toMessage(publish.topic, publish.payload, publish.retain);
    const acknowledge = acknowledger.receive(publish);
    parts.accept(message, (fault) => {
      if (fault === null) acknowledge();
      else leave(fault);
    });
    return parts.room(message.lane);
  };
  readPublishes(client, { maxPacketBytes: packetBytesMax, take });
  return acknowledger.waiting;
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
