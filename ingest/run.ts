import type { Logger } from "pino";
import type { Config } from "#config";
import { isOwnUser } from "#services/brokers/own-users.ts";
import type { Beat } from "#services/every.ts";
import { verifyPassword } from "#services/register/password.ts";
import type { Store } from "#store/connect.ts";
import { furthestSkews, type GatewaySkew, markReceipted } from "#store/gateway-progress.ts";
import { mqttPasswordHash } from "#store/gateway-registry.ts";
import { ensureCursors } from "#store/inbox.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { type Intake, openIntake } from "./accept.ts";
import { type Broker, type BrokerPlace, openBroker } from "./broker.ts";
import { decodeWith } from "./decode-with.ts";
import { type HeldShards, holdShards } from "./hold-shards.ts";
import { type InboxReaders, startReaders } from "./inbox-readers.ts";
import { type IngestStatus, tellStatus } from "./ingest-status.ts";
import { createIngestMeters, type IngestMeters } from "./meters.ts";
import { createPrematureReceipts } from "./premature-receipts.ts";
import type { ReceiptKey } from "./receipt.ts";
import { openReceipts, type Receipts } from "./receipts.ts";
import { sessionTopics } from "./session-topics.ts";
import { createRebirths, type Rebirths } from "./sparkplug/rebirths.ts";
import { startWatches } from "./start-watches.ts";
import { openTopicRoutes, type TopicRoutes } from "./topic-routes.ts";

/** The settings this room reads. */
type IngestConfig = Pick<
  Config,
  | "mqttUrl"
  | "mqttUsername"
  | "mqttPassword"
  | "mqttControlUsername"
  | "mqttControlPassword"
  | "mqttHost"
  | "mqttPort"
  | "collectShards"
  | "maxMessageBytes"
  | "maxInflatedBytes"
  | "maxReadingsPerMessage"
  | "sparkplugHostId"
  | "sparkplugReorderMs"
  | "sparkplugUsername"
  | "sparkplugPassword"
  | "inboxQueueMax"
  | "deadLettersADay"
  | "sealGraceMs"
  | "gapAfterMs"
  | "testReceiptBeforeCommit"
>;

/** What ingestion is made of. */
export interface IngestParts {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly config: IngestConfig;
  readonly clock: () => number;
  readonly log: Logger;
  readonly receiptKey: ReceiptKey;
  /** Where the readings store counts too; its own otherwise. */
  readonly meters?: IngestMeters;
}

/** Ingestion at work. */
export interface Ingest {
  readonly broker: Broker;
  /** For the process's metrics. */
  readonly meters: IngestMeters;
  status(): Promise<IngestStatus>;
  /** The clocks of the gateways heard of within a day, the 1,000 furthest off ours. */
  skews(): Promise<GatewaySkew[]>;
  /** Takes nothing more, makes durable what came, sends what receipts are due, closes the door. */
  stop(): Promise<void>;
}

/** What is there once everything has started. */
interface Opened {
  readonly routes: TopicRoutes;
  broker: Broker | null;
  shards: HeldShards | null;
  watches: Beat | null;
}

/** A gateway that is silent for longer says nothing of its clock now. */
const skewsTold = (now: number) => ({ heardSince: now - 86_400_000, limit: 1_000 });

/**
 * Starts the doors, the inbox, the tracker (receipts) and the projector (readings). A readings store or outside broker
 * that is down is tried for ever while the rest works.
 * @throws AppError UNAVAILABLE when the embedded broker can't listen, or the records can't be reached at all
 */
export async function startIngest(parts: IngestParts): Promise<Ingest> {
  const { store, readings, config, clock, log } = parts;
  await store.as({ role: "worker" }, ensureCursors);
  const routes = await openTopicRoutes(store, log);
  const opened: Opened = { routes, broker: null, shards: null, watches: null };
  const meters = parts.meters ?? createIngestMeters();
  const receipts = startReceipts(parts, opened);
  const leads = () => opened.shards?.leads() ?? false;
  const readers = startReaders({
    ...{ store, readings, receipts, clock, log, meters, leads, graceMs: config.sealGraceMs },
    deadLettersADay: config.deadLettersADay,
    ...{ decode: decodeWith(config), rebirths: startRebirths(parts, opened) },
    isShared: shardsOf(config) > 1,
    onProjected: () => intake.wake(),
  });
  const intake = openIntake({
    ...{ store, log, clock, meters, messagesMax: config.inboxQueueMax },
    onDurable: readers.heardOf,
    isLiveBehind: readers.isBehind,
    isOneConnection: config.mqttUrl === undefined,
    premature: config.testReceiptBeforeCommit ? createPrematureReceipts(receipts) : null,
  });
  const close = () => closeInOrder(intake, readers, receipts, opened);
  try {
    const broker = await openDoor(parts, intake, meters, routes);
    opened.broker = broker;
    opened.shards = await holdShards({
      ...{ shares: store.shares(), total: shardsOf(config), work: broker.hold, onLead: readers.lead, log },
    });
    const { gapAfterMs } = config;
    opened.watches = startWatches({
      ...{ broker, store, clock, log, gapAfterMs, leads, key: parts.receiptKey, onFound: meters.foundGaps },
      isOwnUser: (name) => isOwnUser(config, name),
    });
    const status = () => tellStatus({ store, readings, clock, broker, intake, leads });
    const skews = () => store.as({ role: "worker" }, (tx) => furthestSkews(tx, skewsTold(clock())));
    return { broker, meters, status, skews, stop: close };
  } catch (error) {
    await close();
    throw error;
  }
}

function startReceipts({ store, receiptKey: key, clock, log }: IngestParts, opened: Opened): Receipts {
  return openReceipts({
    ...{ key, clock, log },
    publish: (topic, payload) =>
      opened.broker?.publish(topic, payload) ?? Promise.reject(new Error("the broker is not open yet")),
    markSent: (sent) => store.as({ role: "worker" }, (tx) => markReceipted(tx, sent)),
  });
}

function startRebirths({ store, config, clock, log }: IngestParts, opened: Opened): Rebirths {
  return createRebirths({
    ...{ store, log, clock, reorderMs: config.sparkplugReorderMs },
    publish: (topic, payload) =>
      opened.broker?.publishSparkplug(topic, payload) ??
      Promise.reject(new Error("the broker is not open yet")),
    isNeeded: () => opened.broker !== null && opened.routes.sparkplugFilters().length > 0,
  });
}

function openDoor(
  { store, config, clock, log }: IngestParts,
  intake: Intake,
  meters: IngestMeters,
  routes: TopicRoutes,
) {
  const isPassword = async (gateway: string, password: string) => {
    const kept = await store.as({ role: "auth" }, (tx) => mqttPasswordHash(tx, gateway));
    return kept !== null && (await verifyPassword(password, kept));
  };
  return openBroker(placeOf(config), {
    ...{
      accept: intake.accept,
      acceptInTurn: intake.acceptInTurn,
      room: intake.room,
      oldestWaitMs: intake.oldestWaitMs,
      isPassword,
      onKnock: meters.knocked,
      clock,
      log,
    },
    ...{ routes, hostId: config.sparkplugHostId },
    subscriptions: (shard, lane) => sessionTopics({ store, routes }, shardsOf(config), shard, lane),
    meters: meters.sessions,
  });
}

function shardsOf({ mqttUrl, collectShards }: IngestConfig): number {
  return mqttUrl === undefined ? 1 : collectShards;
}

function placeOf(config: IngestConfig): BrokerPlace {
  const { mqttUrl: url, mqttUsername: username, mqttPassword: password } = config;
  const { mqttControlUsername: controlUser, mqttControlPassword: controlPassword } = config;
  if (url === undefined) return { kind: "embedded", host: config.mqttHost, port: config.mqttPort };
  return {
    kind: "outside",
    url,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(controlUser === undefined || controlPassword === undefined
      ? {}
      : { control: { username: controlUser, password: controlPassword.reveal() } }),
    ...(config.sparkplugUsername === undefined
      ? {}
      : {
          host: {
            username: config.sparkplugUsername,
            password: (config.sparkplugPassword ?? password)?.reveal(),
          },
        }),
  };
}

async function closeInOrder(
  intake: Intake,
  readers: InboxReaders,
  receipts: Receipts,
  opened: Opened,
): Promise<void> {
  await opened.routes.stop();
  await opened.watches?.stop();
  await intake.stop();
  await readers.stop();
  await receipts.stop();
  try {
    await opened.shards?.stop();
  } finally {
    await opened.broker?.stop();
  }
}
