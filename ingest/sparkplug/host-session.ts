import type { IClientOptions, MqttClient } from "mqtt";
import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";
import type { SessionMeters } from "../collector-session.ts";
import { endConnection } from "../end-connection.ts";
import { toLane } from "../inbound.ts";
import type { InboundMessage } from "../message.ts";
import type { TopicRoutes } from "../topic-routes.ts";
import type { Settled } from "../waiting.ts";

/** What the host's session works with; `connect` opens a socket to the broker. */
export interface HostSessionParts {
  readonly connect: (options: IClientOptions) => MqttClient;
  readonly hostId: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly accept: (message: InboundMessage, settled: Settled) => void;
  readonly routes: TopicRoutes;
  readonly meters: Pick<SessionMeters, "tookQos0">;
  readonly clock: () => number;
  readonly log: Logger;
}

/** The session of a Sparkplug host at an outside broker; there is a connection only while a node is registered. */
export interface HostSession {
  isUp(): boolean;
  /** QoS 0. @throws AppError UNAVAILABLE when there is no connection */
  publish(topic: string, payload: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

const backOff = { firstMs: 500, longestMs: 10_000 };
const certificate = { qos: 1, retain: true } as const;

/** The topic of a host's certificates. */
export function stateTopic(hostId: string): string {
  return `spBv1.0/STATE/${hostId}`;
}

/** A host's birth (online) or death certificate. */
export function stateOf(online: boolean, timestamp: number): string {
  return JSON.stringify({ online, timestamp });
}

/**
 * Keeps a session as Sparkplug 3.0 demands of a host (§5.2): clean, its death certificate as will, and once it is subscribed its
 * birth certificate with the will's time. Such a session holds nothing while we are away, and data come with QoS 0: what is lost
 * is asked for by a rebirth, or missing.
 */
export function openHostSession(parts: HostSessionParts): HostSession {
  let client: MqttClient | null = null;
  let retry: NodeJS.Timeout | null = null;
  let failures = 0;
  let stopped = false;

  const connect = (): void => {
    retry = null;
    if (stopped || client !== null || parts.routes.sparkplugFilters().length === 0) return;
    const own = start(parts);
    client = own;
    own.on("connect", () => {
      failures = 0;
    });
    own.once("close", () => {
      own.end(true);
      client = null;
      if (stopped || retry) return;
      failures += 1;
      const full = Math.min(backOff.firstMs * 2 ** Math.min(failures - 1, 10), backOff.longestMs);
      retry = setTimeout(connect, Math.random() * full);
    });
  };
  const follow = parts.routes.onChange(() => {
    if (client === null) connect();
    else void leave(client, parts);
  });
  connect();
  return {
    isUp: () => client?.connected === true,
    publish: async (topic, payload) => {
      if (!client?.connected) throw new AppError("UNAVAILABLE", "no connection to the broker");
      await client.publishAsync(topic, Buffer.from(payload), { qos: 0, retain: false });
    },
    stop: async () => {
      stopped = true;
      follow();
      if (retry) clearTimeout(retry);
      await leave(client, parts);
    },
  };
}

/** One connection: its certificates carry the time it was begun. */
function start(parts: HostSessionParts): MqttClient {
  const { hostId, username, password, clock, log, routes } = parts;
  const begun = clock();
  const topic = stateTopic(hostId);
  const client = parts.connect({
    protocolVersion: 5,
    clientId: `coldmark-sparkplug-${hostId}`,
    username,
    password,
    clean: true,
    keepalive: 30,
    connectTimeout: 10_000,
    reconnectPeriod: 0,
    queueQoSZero: false,
    properties: { sessionExpiryInterval: 0 },
    will: { topic, payload: Buffer.from(stateOf(false, begun)), ...certificate },
  });
  const sayOnline = () => client.publish(topic, stateOf(true, begun), certificate);
  client.on("error", (error) => log.warn({ err: error }, "the Sparkplug host's connection"));
  client.on("connect", () => {
    client.subscribe([topic, ...routes.sparkplugFilters()], { qos: 1 }, (error, granted) => {
      const refused = granted?.filter(({ qos }) => qos >= 128).map((each) => each.topic) ?? [];
      if (!error && refused.length === 0) sayOnline();
      else {
        log.error(
          { err: error, refused },
          "the broker refuses the Sparkplug host's subscriptions: check its ACL",
        );
        client.end(true);
      }
    });
  });
  client.on("message", (heard, payload, { qos }) => {
    if (heard === topic) {
      if (saysOffline(payload)) sayOnline();
      return;
    }
    if (qos === 0) parts.meters.tookQos0();
    take(parts, client, heard, payload);
  });
  return client;
}

function take(parts: HostSessionParts, client: MqttClient, topic: string, payload: Uint8Array): void {
  const message = toLane(parts.routes.route, {
    topic,
    payload,
    receivedAt: parts.clock(),
  });
  parts.accept(message, (fault) => {
    if (fault === null) return;
    parts.log.warn({ err: fault }, "the Sparkplug host leaves the broker for now: nothing becomes durable");
    client.end(true);
  });
}

/** A late death certificate of an earlier connection stands there, and would keep nodes away. */
function saysOffline(payload: Buffer): boolean {
  return /"online"\s*:\s*false/.test(payload.toString("latin1"));
}

async function leave(client: MqttClient | null, { hostId, clock }: HostSessionParts): Promise<void> {
  if (client === null) return;
  // Our own death certificate comes back to us, and must not be answered as a false one is.
  client.removeAllListeners("message");
  const sayOffline = () => client.publishAsync(stateTopic(hostId), stateOf(false, clock()), certificate);
  await endConnection(client, client.connected ? sayOffline : undefined);
}
