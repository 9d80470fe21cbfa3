// The one file of this room that opens sockets: to an outside broker, or for the gateways themselves.

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Aedes } from "aedes";
import { connectAsync, connect as connectMqtt, type IClientOptions } from "mqtt";
import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";
import { openCollector, type SessionLane } from "./collector-door.ts";
import type { SessionMeters } from "./collector-session.ts";
import type { KnockResult } from "./doorkeeper.ts";
import { openDynsec } from "./dynsec.ts";
import { createEmbeddedBroker, type Sessions } from "./embedded-door.ts";
import { createGatewayFrames, type Frame } from "./gateway-frames.ts";
import type { Subscriptions } from "./keep-subscribed.ts";
import { type InboundMessage, type Lane, statusTopic } from "./message.ts";
import { guardPacketSize } from "./packet-guard.ts";
import { holdHost } from "./sparkplug/hold-host.ts";
import { openHostSession, stateOf, stateTopic } from "./sparkplug/host-session.ts";
import type { TopicRoutes } from "./topic-routes.ts";
import type { Settled } from "./waiting.ts";

/** Where messages come in and receipts go out. */
export interface Broker {
  readonly kind: "outside" | "embedded";
  /** For a person: which broker this is, without secrets. */
  readonly describe: string;
  /** Where gateways connect. */
  readonly url: string;
  /** Who is connected; null where the broker is outside and lets in by itself. */
  readonly sessions: Sessions | null;
  /**
   * Keeps gateways out of the outside broker from now on and ends their connections there; gives those that weren't kept out before.
   * Null where the broker is inside, or we aren't its admin.
   * @throws AppError UNAVAILABLE, CONFLICT when the broker can't be asked or refuses
   */
  readonly putOut: ((gateways: readonly string[]) => Promise<string[]>) | null;
  /** Hears a gateway's packets, the status kept of it first; resolves with what ends that. Null where the broker is outside. */
  readonly watch: ((gateway: string, hear: (frame: Frame) => void) => Promise<() => void>) | null;
  state(): "up" | "down";
  /**
   * Works for these shards of the gateways and for no others, and as Sparkplug host with shard 0; a broker inside the process has
   * all its gateways.
   */
  hold(shards: ReadonlySet<number>): Promise<void>;
  /** Packets received from an outside broker and not acknowledged. */
  unacknowledged(): number;
  /** QoS 1; resolves when the broker has it. @throws AppError UNAVAILABLE when it can't be reached now */
  publish(topic: string, payload: Uint8Array): Promise<void>;
  /** A command to a Sparkplug node, QoS 0. @throws AppError UNAVAILABLE when there is no connection */
  publishSparkplug(topic: string, payload: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

/** An outside broker by its URL, or the address the embedded one listens on (port 0: a free one). */
export type BrokerPlace =
  | {
      readonly kind: "outside";
      readonly url: string;
      readonly username?: string;
      readonly password?: string;
      /** Of the Sparkplug host's session, where it is another. */
      readonly host?: { readonly username: string; readonly password: string | undefined };
      /** The admin of the broker's dynamic security plugin, where it has one and we are told of it. */
      readonly control?: { readonly username: string; readonly password: string };
    }
  | { readonly kind: "embedded"; readonly host: string; readonly port: number };

/** What both doors need of their surroundings. */
export interface BrokerParts {
  readonly accept: (message: InboundMessage, settled: Settled) => void;
  /** The same for a gateway's own connection, which isn't read on while there is no room. */
  readonly acceptInTurn: (message: InboundMessage, settled: Settled, connection: Duplex) => void;
  /** When to read on for many gateways after a message of this lane; null at once. */
  readonly room: (lane: Lane) => Promise<void> | null;
  readonly routes: TopicRoutes;
  /** Our name as a Sparkplug host. */
  readonly hostId: string;
  readonly oldestWaitMs: () => number;
  readonly isPassword: (gateway: string, password: string) => Promise<boolean>;
  readonly onKnock: (result: KnockResult) => void;
  readonly subscriptions: (shard: number, lane: SessionLane) => Promise<Subscriptions>;
  readonly meters: SessionMeters;
  readonly clock: () => number;
  readonly log: Logger;
}

/** Packets above this end the connection; up to it, a message too large to use is kept and set aside. */
const packetBytesMax = 1_048_576;
const connectionsMax = 4_096;
const connectionsPerAddressMax = 1_024;

/**
 * Opens the door. An outside broker may be down: it is tried for ever.
 * @throws AppError UNAVAILABLE when the embedded broker can't listen
 */
export function openBroker(place: BrokerPlace, parts: BrokerParts): Promise<Broker> {
  return place.kind === "outside" ? Promise.resolve(openOutside(place, parts)) : openEmbedded(place, parts);
}

function openOutside(place: Extract<BrokerPlace, { kind: "outside" }>, parts: BrokerParts): Broker {
  const { url, username, password, control } = place;
  const collector = openCollector({
    ...parts,
    username,
    password,
    connect: (options) => connectMqtt(url, options),
  });
  const host = holdHost(() =>
    openHostSession({
      ...parts,
      ...(place.host ?? { username, password }),
      connect: (options) => connectMqtt(url, options),
    }),
  );
  return {
    kind: "outside",
    describe: `MQTT broker at ${new URL(url).host}`,
    url,
    sessions: null,
    putOut: control === undefined ? null : (gateways) => putOutBy(url, control, gateways),
    watch: null,
    state: () => (collector.isUp() ? "up" : "down"),
    hold: async (shards) => {
      await host.hold(shards.has(0));
      await collector.hold(shards);
    },
    unacknowledged: collector.unacknowledged,
    publish: collector.publish,
    publishSparkplug: host.publish,
    stop: async () => {
      await host.stop();
      await collector.stop();
    },
  };
}

/** Nobody stays connected as the broker's admin for longer than it takes. */
async function putOutBy(
  url: string,
  control: { readonly username: string; readonly password: string },
  gateways: readonly string[],
): Promise<string[]> {
  const connect = (options: IClientOptions) => connectAsync(url, options, false);
  const dynsec = await openDynsec({ ...control, connect, host: new URL(url).host });
  try {
    return await dynsec.disable(gateways);
  } finally {
    await dynsec.close();
  }
}

async function openEmbedded(
  { host, port }: Extract<BrokerPlace, { kind: "embedded" }>,
  parts: BrokerParts,
): Promise<Broker> {
  const frames = createGatewayFrames();
  const { aedes, sessions } = await createEmbeddedBroker({ ...parts, frames, route: parts.routes.route });
  aedes.on("publish", ({ qos }, client) => void (client && qos === 0 && parts.meters.tookQos0()));
  await publishInside(aedes, certificateOf(parts, true));
  const admit = createAdmission();
  const server = createServer((socket) => {
    if (!admit(socket)) return;
    guardPacketSize(socket, packetBytesMax);
    aedes.handle(socket);
  });
  server.maxConnections = connectionsMax;
  await listen(server, host, port);
  const address = server.address();
  const boundPort = typeof address === "object" && address ? address.port : port;
  const url = `mqtt://${host.includes(":") ? `[${host}]` : host}:${boundPort}`;
  return {
    kind: "embedded",
    describe: `MQTT broker inside this process at ${url}`,
    url,
    sessions,
    putOut: null,
    watch: async (gateway, hear) => {
      for (const status of await keptStatuses(aedes, gateway, parts.clock())) hear(status);
      return frames.hear(gateway, hear);
    },
    state: () => (server.listening ? "up" : "down"),
    hold: () => Promise.resolve(),
    unacknowledged: () => 0,
    publish: (topic, payload) => {
      const [, , gateway = ""] = topic.split("/");
      const packet = { topic, payload, qos: 1, retain: false } as const;
      frames.tell(gateway, () => ({ ...packet, isOld: false, isWill: false, at: parts.clock() }));
      return publishInside(aedes, packet);
    },
    publishSparkplug: (topic, payload) => publishInside(aedes, { topic, payload, qos: 0, retain: false }),
    stop: async () => {
      await publishInside(aedes, certificateOf(parts, false));
      server.close();
      await new Promise<void>((resolve) => aedes.close(resolve));
    },
  };
}

/** Here the host is the broker itself: it is online as long as the broker is there. */
function certificateOf({ hostId, clock }: BrokerParts, online: boolean) {
  const payload = Buffer.from(stateOf(online, clock()));
  return { topic: stateTopic(hostId), payload, qos: 1 as const, retain: true };
}

/** What the broker keeps of its retained packets; aedes' types leave it out. */
interface KeptPackets {
  createRetainedStream(topic: string): AsyncIterable<Pick<Frame, "topic" | "payload" | "qos">>;
}

/** The status that the broker keeps of a gateway, as a subscriber would get it: one or none. */
async function keptStatuses(aedes: Aedes, gateway: string, at: number): Promise<Frame[]> {
  const { persistence } = aedes as unknown as { persistence: KeptPackets };
  const found: Frame[] = [];
  for await (const { topic, payload, qos } of persistence.createRetainedStream(statusTopic(gateway)))
    found.push({ topic, payload, qos, at, retain: true, isOld: true, isWill: false });
  return found;
}

function publishInside(
  aedes: Aedes,
  packet: { topic: string; payload: Uint8Array; qos: 0 | 1; retain: boolean },
): Promise<void> {
  const whole = { ...packet, cmd: "publish", payload: Buffer.from(packet.payload), dup: false } as const;
  return new Promise((resolve, reject) => {
    aedes.publish(whole, (error) => (error ? reject(error) : resolve()));
  });
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    throw new AppError(
      "UNAVAILABLE",
      `the MQTT broker can't listen on ${host}:${port}`,
      { part: "broker" },
      cause,
    );
  }
}

/** No single address may take all connections. */
function createAdmission(): (socket: Socket) => boolean {
  const open = new Map<string, number>();
  return (socket) => {
    const address = socket.remoteAddress ?? "";
    const count = (open.get(address) ?? 0) + 1;
    if (count > connectionsPerAddressMax) {
      socket.destroy();
      return false;
    }
    open.set(address, count);
    socket.once("close", () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
    return true;
  };
}
