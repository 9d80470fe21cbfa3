import type { Logger } from "pino";
import type { Config } from "#config";
import { verifyPassword } from "#services/register/password.ts";
import type { Store } from "#store/connect.ts";
import { type GatewayProgress, markReceipted, owedReceipts } from "#store/gateway-progress.ts";
import { mqttPasswordHash } from "#store/gateway-registry.ts";
import { ensureCursors, readCursors, waitingAbove } from "#store/inbox.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { type Intake, openIntake } from "./accept.ts";
import { type Broker, type BrokerPlace, openBroker } from "./broker.ts";
import { createDecoder } from "./decoder.ts";
import { type Follower, followInbox } from "./follow-inbox.ts";
import { createPrematureReceipts } from "./premature-receipts.ts";
import { projectNext } from "./projector.ts";
import type { ReceiptKey } from "./receipt.ts";
import { openReceipts, type Receipts } from "./receipts.ts";
import { createRebirths, type Rebirths } from "./sparkplug/rebirths.ts";
import { openTopicRoutes, type TopicRoutes } from "./topic-routes.ts";
import { trackNext } from "./tracker.ts";

/** The settings this room reads. */
type IngestConfig = Pick<
  Config,
  | "mqttUrl"
  | "mqttUsername"
  | "mqttPassword"
  | "mqttHost"
  | "mqttPort"
  | "maxMessageBytes"
  | "maxInflatedBytes"
  | "maxReadingsPerMessage"
  | "inboxQueueMax"
  | "sparkplugHostId"
  | "sparkplugReorderMs"
  | "sparkplugUsername"
  | "sparkplugPassword"
  | "sealGraceMs"
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
}

/** How ingestion fares. Readings: received = stored + duplicate + deadLetter; `inFlight` counts messages not judged yet. */
interface IngestStatus {
  readonly broker: "up" | "down";
  readonly inbox: "up" | "down";
  readonly readings: "up" | "down";
  /** Messages that wait for the projector and the age of the oldest; null when the records can't say. */
  readonly lag: { readonly messages: number; readonly ageMs: number } | null;
  readonly counters: {
    readonly received: number;
    readonly stored: number;
    readonly duplicate: number;
    readonly deadLetter: number;
    readonly inFlight: number;
  } | null;
}

/** Ingestion at work. */
export interface Ingest {
  readonly broker: Broker;
  status(): Promise<IngestStatus>;
  /** Takes nothing more, makes durable what came, sends what receipts are due, closes the door. */
  stop(): Promise<void>;
}

/**
 * Starts the doors, the inbox, the tracker (receipts) and the projector (readings). A readings store or outside broker
 * that is down is tried for ever while the rest works.
 * @throws AppError UNAVAILABLE when the embedded broker can't listen, or the records can't be reached at all
 */
export async function startIngest(parts: IngestParts): Promise<Ingest> {
  const { store, readings, config, clock, log } = parts;
  await store.as({ role: "worker" }, ensureCursors);
  const opening: { broker: Broker | null } = { broker: null };
  const receipts = openReceipts({
    key: parts.receiptKey,
    clock,
    log,
    publish: (topic, payload) =>
      opening.broker?.publish(topic, payload) ?? Promise.reject(new Error("the broker is not open yet")),
  });
  const routes = await openTopicRoutes(store, log);
  const rebirths = createRebirths({
    ...{ store, log, clock, reorderMs: config.sparkplugReorderMs },
    publish: (topic, payload) =>
      opening.broker?.publishSparkplug(topic, payload) ??
      Promise.reject(new Error("the broker is not open yet")),
    isNeeded: () => opening.broker !== null && routes.sparkplugFilters().length > 0,
  });
  const workers = startWorkers(parts, receipts, rebirths);
  const intake = openIntake({
    store,
    log,
    clock,
    messagesMax: config.inboxQueueMax,
    onDurable: workers.tracker.wake,
    premature: config.testReceiptBeforeCommit ? createPrematureReceipts(receipts) : null,
  });
  const isPassword = async (gateway: string, password: string) => {
    const kept = await store.as({ role: "auth" }, (tx) => mqttPasswordHash(tx, gateway));
    return kept !== null && (await verifyPassword(password, kept));
  };
  const close = () => closeInOrder(intake, workers, receipts, { ...opening, routes });
  try {
    opening.broker = await openBroker(placeOf(config), {
      accept: intake.accept,
      routes,
      hostId: config.sparkplugHostId,
      oldestWaitMs: intake.oldestWaitMs,
      isPassword,
      clock,
      log,
    });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    broker: opening.broker,
    status: () => tellStatus({ store, readings, clock, broker: opening.broker, intake }),
    stop: close,
  };
}

function placeOf(config: IngestConfig): BrokerPlace {
  const { mqttUrl: url, mqttUsername: username, mqttPassword: password } = config;
  if (url === undefined) return { kind: "embedded", host: config.mqttHost, port: config.mqttPort };
  return {
    kind: "outside",
    url,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    ...(config.sparkplugUsername === undefined
      ? {}
      : { host: { username: config.sparkplugUsername, password: config.sparkplugPassword?.reveal() } }),
  };
}

interface Workers {
  readonly tracker: Follower;
  readonly projector: Follower;
}

function startWorkers(
  { store, readings, config, clock, log }: IngestParts,
  receipts: Receipts,
  rebirths: Rebirths,
): Workers {
  const decoder = createDecoder({
    maxBytes: config.maxMessageBytes,
    maxInflatedBytes: config.maxInflatedBytes,
    maxReadings: config.maxReadingsPerMessage,
  });
  const owe = (progress: readonly GatewayProgress[]) => {
    for (const row of progress) oweReceipt(store, receipts, row);
  };
  const projector = followInbox(
    "projector",
    async () => (await projectNext({ store, readings, decoder, graceMs: config.sealGraceMs }, clock())) > 0,
    log,
  );
  const nextOwed = readOwed(store);
  const tracker = followInbox(
    "tracker",
    async () => {
      const owed = await nextOwed();
      owe(owed);
      const step = await trackNext(store, decoder, clock());
      owe(step.progress);
      if (step.messages > 0) projector.wake();
      await rebirths.tick();
      return step.messages > 0 || owed.length > 0;
    },
    log,
  );
  return { tracker, projector };
}

const owedPerPage = 500;

/** What was owed when this process began, page by page; nothing once all was told. */
function readOwed(store: Store): () => Promise<readonly GatewayProgress[]> {
  let after: GatewayProgress | null = null;
  let isDone = false;
  return async () => {
    if (isDone) return [];
    const page = await store.as({ role: "worker" }, (tx) => owedReceipts(tx, { limit: owedPerPage, after }));
    after = page.at(-1) ?? after;
    isDone = page.length < owedPerPage;
    return page;
  };
}

function oweReceipt(store: Store, receipts: Receipts, row: GatewayProgress): void {
  receipts.owe({
    gateway: row.gatewayId,
    boot: row.boot,
    sequence: row,
    sent: (at) => store.as({ role: "worker" }, (tx) => markReceipted(tx, row, at)),
  });
}

async function closeInOrder(
  intake: Intake,
  workers: Workers,
  receipts: Receipts,
  opening: { readonly broker: Broker | null; readonly routes: TopicRoutes },
): Promise<void> {
  await opening.routes.stop();
  await intake.stop();
  await workers.tracker.stop();
  await workers.projector.stop();
  await receipts.stop();
  await opening.broker?.stop();
}

async function tellStatus(parts: {
  store: Store;
  readings: ReadingsStore;
  clock: () => number;
  broker: Broker | null;
  intake: Intake;
}): Promise<IngestStatus> {
  const { store, readings, clock, broker, intake } = parts;
  const inReadings = readings.ping().then(
    () => "up" as const,
    () => "down" as const,
  );
  const inRecords = store
    .as({ role: "worker" }, async (tx) => {
      const { projector } = await readCursors(tx);
      return { projector, waiting: await waitingAbove(tx, projector.position) };
    })
    .catch(() => null);
  const [readingsState, records] = [await inReadings, await inRecords];
  const { messages = 0, oldest = null } = records?.waiting ?? {};
  const { received = 0, stored = 0, duplicate = 0, deadLetter = 0 } = records?.projector ?? {};
  return {
    broker: broker?.state() ?? "down",
    inbox: intake.trouble() === null ? "up" : "down",
    readings: readingsState,
    lag: records && { messages, ageMs: oldest === null ? 0 : Math.max(0, clock() - oldest) },
    counters: records && { received, stored, duplicate, deadLetter, inFlight: messages },
  };
}
