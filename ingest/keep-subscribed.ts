import type { MqttClient } from "mqtt";
import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";

/**
 * A topic filter; `rh` 2: retained messages are not sent to us when we subscribe; `rap`: RETAIN stays as it was published,
 * else it is set on what is replayed only (MQTT 5 §3.8.3.1, §3.3.1.3).
 */
export interface TopicFilter {
  readonly topic: string;
  readonly rh: 0 | 2;
  readonly rap: boolean;
}

/** What a session is to be subscribed to, and what an earlier life of it may have been subscribed to. */
export interface Subscriptions {
  readonly wanted: readonly TopicFilter[];
  readonly unwanted: readonly string[];
}

/** What a session's subscriptions are kept with; `user` names it in the log. */
interface SubscribedParts {
  readonly user: string;
  readonly subscriptions: () => Promise<Subscriptions>;
  readonly log: Logger;
}

/** Where Mosquitto counts what it dropped. */
export const droppedTopic = "$SYS/broker/publish/messages/dropped";
/** How often the register is asked for gateways to subscribe to. */
const lookMs = 5_000;
const topicsPerPacket = 500;

/** Subscribes, then again whenever the register has come to mean other topics, as long as this connection lasts. */
export function keepSubscribed(client: MqttClient, parts: SubscribedParts): void {
  const known = new Set<string>();
  let isFirst = true;
  client.subscribe(droppedTopic, { qos: 0 }, () => undefined); // not every broker says, nor lets us hear it
  const look = async (): Promise<void> => {
    const { wanted, unwanted } = await parts.subscriptions();
    const fresh = wanted.filter(({ topic }) => !known.has(topic));
    const topics = new Set(wanted.map(({ topic }) => topic));
    const left = isFirst ? unwanted : [...known].filter((topic) => !topics.has(topic));
    await unsubscribe(client, left);
    await subscribe(client, fresh);
    for (const topic of left) known.delete(topic);
    for (const { topic } of fresh) known.add(topic);
    isFirst = false;
  };
  const round = (): void => {
    if (!client.connected) return;
    look().then(
      () => setTimeout(round, lookMs).unref(),
      (error: unknown) => {
        parts.log.error({ err: error, session: parts.user }, "can't subscribe: check the broker's ACL");
        if (isFirst) client.end(true);
        else setTimeout(round, lookMs).unref();
      },
    );
  };
  round();
}

/** @throws AppError UNAVAILABLE naming the topics that the broker refuses */
async function subscribe(client: MqttClient, filters: readonly TopicFilter[]): Promise<void> {
  for (let from = 0; from < filters.length; from += topicsPerPacket) {
    const some = filters.slice(from, from + topicsPerPacket);
    const wanted = Object.fromEntries(some.map(({ topic, ...how }) => [topic, { qos: 1 as const, ...how }]));
    const granted = await client.subscribeAsync(wanted);
    const refused = granted.filter(({ qos }) => qos >= 128).map(({ topic }) => topic);
    if (refused.length > 0)
      throw new AppError(
        "UNAVAILABLE",
        `the broker refuses to let us hear ${refused.slice(0, 5).join(", ")}`,
      );
  }
}

async function unsubscribe(client: MqttClient, topics: readonly string[]): Promise<void> {
  for (let from = 0; from < topics.length; from += topicsPerPacket) {
    await client.unsubscribeAsync(topics.slice(from, from + topicsPerPacket));
  }
}
