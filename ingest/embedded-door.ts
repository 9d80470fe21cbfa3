import type { Duplex } from "node:stream";
import { Aedes, type AedesOptions, type Client } from "aedes";
import type { Logger } from "pino";
import { createDoorkeeper, type KnockResult } from "./doorkeeper.ts";
import type { Frame, GatewayFrames } from "./gateway-frames.ts";
import { commandTopic, type InboundMessage, parseTopic, receiptTopic, retainedLane } from "./message.ts";
import { stateTopic } from "./sparkplug/host-session.ts";
import type { RouteOf } from "./topic-routes.ts";
import type { Settled } from "./waiting.ts";

/** What the broker inside the process asks its surroundings. */
export interface EmbeddedDoorParts {
  /** Takes a gateway's message in the order it came by its connection, which isn't read on while there is no room. */
  readonly acceptInTurn: (message: InboundMessage, settled: Settled, connection: Duplex) => void;
  readonly frames: GatewayFrames;
  readonly route: RouteOf;
  readonly hostId: string;
  /** Whether this password opens that gateway's door. */
  readonly isPassword: (gateway: string, password: string) => Promise<boolean>;
  /** Hears how each try with a password ended. */
  readonly onKnock: (result: KnockResult) => void;
  readonly clock: () => number;
  readonly log: Logger;
}

/** Who is connected to the broker inside the process. */
export interface Sessions {
  /** Ids of the gateways that are connected. */
  gateways(): string[];
  /** Closes a gateway's connection; its password is looked up anew when it comes back. */
  end(gateway: string): void;
}

/** The broker inside the process with its sessions. */
interface EmbeddedDoor {
  readonly aedes: Aedes;
  readonly sessions: Sessions;
}

/** Where a message on a foreign topic goes inside the broker, after it was kept: to nobody. */
const nowhere = "coldmark/refused";
const connectTimeoutMs = 10_000;

/**
 * The embedded broker's rules. A gateway's user name, client id and topic are one and the same; it publishes to its own
 * data, hist and status and to the topics of its registered source, hears its own receipt and command. A publish is answered when it is durable, so PUBACK means
 * durable, and never refused for its content: what is wrong is kept and set aside (an error would close the connection
 * and the sender would come back with the same message for ever).
 */
export async function createEmbeddedBroker(parts: EmbeddedDoorParts): Promise<EmbeddedDoor> {
  const doorkeeper = createDoorkeeper(parts.isPassword, parts.onKnock);
  const options: AedesOptions = {
    connectTimeout: connectTimeoutMs,
    authenticate: (client, username, password, done) => {
      const gateway = username ?? "";
      if (client.id !== gateway || password === undefined) return done(null, false);
      const address = "remoteAddress" in client.conn ? client.conn.remoteAddress : undefined;
      doorkeeper.letsIn({ gateway, password, address, isGone: () => client.closed }).then(
        (isRight) => done(null, isRight),
        (error: unknown) => {
          parts.log.warn({ gateway, err: error }, "could not check a gateway's password");
          done(null, false);
        },
      );
    },
    authorizePublish: (client, packet, done) => {
      if (client === null) return done(null);
      parts.frames.tell(client.id, () => frameOf(client, packet, parts));
      const message = toMessage(client, packet, parts);
      if (message.lane !== "status") packet.retain = false;
      if (message.lane === "other") packet.topic = nowhere;
      parts.acceptInTurn(message, (fault) => queueMicrotask(() => done(fault)), client.conn);
    },
    authorizeSubscribe: (client, subscription, done) => {
      done(null, isOwnTopic(client.id, subscription.topic, parts) ? subscription : null);
    },
  };
  const aedes = await Aedes.createBroker(options);
  return { aedes, sessions: keepSessions(aedes, doorkeeper.forget) };
}

function keepSessions(aedes: Aedes, forgetPassword: (gateway: string) => void): Sessions {
  const connected = new Map<string, Client>();
  aedes.on("client", (client) => void connected.set(client.id, client));
  aedes.on("clientDisconnect", (client) => {
    if (connected.get(client.id) === client) connected.delete(client.id);
  });
  return {
    gateways: () => [...connected.keys()],
    end: (gateway) => {
      forgetPassword(gateway);
      connected.get(gateway)?.close();
    },
  };
}

/** Its receipts and commands; of a Sparkplug node its own commands, and whether the host is there. */
function isOwnTopic(gateway: string, topic: string, { route, hostId }: EmbeddedDoorParts): boolean {
  if ([receiptTopic(gateway), commandTopic(gateway), stateTopic(hostId)].includes(topic)) return true;
  const [first, group, type, edge, ...rest] = topic.split("/");
  if (first !== "spBv1.0" || (type !== "NCMD" && type !== "DCMD") || rest.length > 1) return false;
  return route(`spBv1.0/${group}/NDATA/${edge}`)?.gateway === gateway;
}

function toMessage(
  client: Client,
  { topic, payload, retain }: { topic: string; payload: Buffer | string; retain: boolean },
  { route, clock }: EmbeddedDoorParts,
): InboundMessage {
  const found = route(topic);
  const lane = found?.gateway === client.id ? found.lane : "other";
  // This broker replays no readings, so a device of a registered source may say what it likes.
  const isRetained = retain && parseTopic(topic) !== null;
  return {
    gateway: client.id,
    topic,
    lane: isRetained ? retainedLane(lane) : lane,
    payload: Buffer.from(payload),
    door: "embedded",
    receivedAt: clock(),
  };
}

function frameOf(
  client: Client,
  packet: { topic: string; payload: Buffer | string; qos: number; retain: boolean },
  { clock }: EmbeddedDoorParts,
): Frame {
  const { topic, payload, qos, retain } = packet;
  const isWill = packet === (client as { will?: unknown }).will;
  return { topic, payload: Buffer.from(payload), qos, retain, isOld: false, isWill, at: clock() };
}
