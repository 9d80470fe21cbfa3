import type { IClientOptions, MqttClient } from "mqtt";
import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";
import { type CollectorSession, openSession, type SessionMeters } from "./collector-session.ts";
import { toLane } from "./inbound.ts";
import type { Subscriptions } from "./keep-subscribed.ts";
import type { InboundMessage, Lane } from "./message.ts";
import type { TopicRoutes } from "./topic-routes.ts";
import type { Settled } from "./waiting.ts";

/** Live messages and back-fill come by sessions of their own, so that a full back-fill window holds no live message up. */
export type SessionLane = "live" | "hist";

/** What the collector works with; `connect` opens a socket to the broker. */
export interface CollectorParts {
  readonly connect: (options: IClientOptions) => MqttClient;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly accept: (message: InboundMessage, settled: Settled) => void;
  /** When to read on after a message of this lane; null at once. */
  readonly room: (lane: Lane) => Promise<void> | null;
  readonly routes: Pick<TopicRoutes, "route">;
  /** Age of the oldest message that is not durable yet. */
  readonly oldestWaitMs: () => number;
  readonly subscriptions: (shard: number, lane: SessionLane) => Promise<Subscriptions>;
  readonly clock: () => number;
  readonly log: Logger;
  readonly meters: SessionMeters;
}

/** The collector: the sessions of those shards of the gateways that this process holds. */
export interface Collector {
  /** Opens the sessions of these shards and closes all others. */
  hold(shards: ReadonlySet<number>): Promise<void>;
  /** Whether every session that should be open is. */
  isUp(): boolean;
  unacknowledged(): number;
  publish(topic: string, payload: Uint8Array): Promise<void>;
  stop(): Promise<void>;
}

const userWhenUnnamed = "coldmark-collector";
/** Unacknowledged packets: enough for a commit of live messages while the last one is under way; few of the others. */
const windowMessages = { live: 4_000, hist: 500 } as const;
/** Back-fill may have to wait longer than a ping may. */
const keepaliveSeconds = { live: 30, hist: 60 } as const;

/** Opens a collector that holds no shard yet. */
export function openCollector(parts: CollectorParts): Collector {
  const held = new Map<number, readonly CollectorSession[]>();
  const all = () => [...held.values()].flat();
  const close = async (shard: number): Promise<void> => {
    const sessions = held.get(shard) ?? [];
    held.delete(shard);
    await Promise.all(sessions.map((session) => session.stop()));
  };
  return {
    hold: async (shards) => {
      for (const shard of held.keys()) if (!shards.has(shard)) await close(shard);
      for (const shard of shards) if (!held.has(shard)) held.set(shard, openShard(parts, shard));
    },
    isUp: () => all().every((session) => session.isUp()),
    unacknowledged: () => all().reduce((n, session) => n + session.unacknowledged(), 0),
    publish: (topic, payload) => {
      const session = all().find((one) => one.isUp());
      return session === undefined
        ? Promise.reject(new AppError("UNAVAILABLE", "no connection to the broker"))
        : session.publish(topic, payload);
    },
    stop: async () => {
      for (const shard of [...held.keys()]) await close(shard);
    },
  };
}

function openShard(parts: CollectorParts, shard: number): CollectorSession[] {
  return (["live", "hist"] as const).map((lane) => {
    const user = userOf(parts.username ?? userWhenUnnamed, shard, lane);
    return openSession({
      ...parts,
      user,
      username: parts.username === undefined ? undefined : user,
      windowMessages: windowMessages[lane],
      keepaliveSeconds: keepaliveSeconds[lane],
      subscriptions: () => parts.subscriptions(shard, lane),
      toMessage: (topic, payload, isRetained) =>
        toLane(parts.routes.route, { topic, payload, receivedAt: parts.clock() }, isRetained),
    });
  });
}

/** Each session is a user of its own at the broker, because a user name may be held equal to the client id there. */
function userOf(base: string, shard: number, lane: SessionLane): string {
  return [base, ...(shard === 0 ? [] : [shard]), ...(lane === "live" ? [] : [lane])].join("-");
}
