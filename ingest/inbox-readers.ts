import type { Logger } from "pino";
import type { Store } from "#store/connect.ts";
import { type GatewayProgress, owedReceipts } from "#store/gateway-progress.ts";
import { isMoreAbove, readCursors } from "#store/inbox.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import type { DurableBatch } from "./accept.ts";
import type { Decode } from "./decode-with.ts";
import { followInbox } from "./follow-inbox.ts";
import { openGatewayBook } from "./gateway-book.ts";
import type { IngestMeters } from "./meters.ts";
import type { DurableMessage } from "./open-arrivals.ts";
import { createProjector } from "./projector.ts";
import type { Receipts } from "./receipts.ts";
import { openRelay } from "./relay.ts";
import type { Rebirths } from "./sparkplug/rebirths.ts";
import { createTracker, type TrackedMessage } from "./tracker.ts";
import { type Lag, noLagWatch, watchLag } from "./watch-lag.ts";

/** The inbox's readers: the tracker (receipts) and, behind it, the projector (readings). */
export interface InboxReaders {
  /** Hands on what has become durable in this process. */
  heardOf(batch: DurableBatch): void;
  /** Whether durable messages have a way to go yet, though nothing keeps the projector from going on. */
  isBehind(): boolean;
  /** What keeps the projector from going on, null when nothing does. */
  trouble(): string | null;
  /** Begins to read on, where another process left it. */
  lead(): void;
  stop(): Promise<void>;
}

/** What the readers work with. */
export interface ReaderParts {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly decode: Decode;
  readonly receipts: Receipts;
  readonly rebirths: Rebirths;
  readonly graceMs: number;
  /** Of one gateway's dead letters so many get rows of their own. */
  readonly deadLettersADay: number;
  readonly clock: () => number;
  readonly log: Logger;
  readonly meters: IngestMeters;
  /** Only one process reads on at a time. */
  readonly leads: () => boolean;
  /** Whether other processes may write into the inbox or read it on too. */
  readonly isShared: boolean;
  /** Told after each step of the projector, and when another process's is behind no more. */
  readonly onProjected: () => void;
}

/** So many messages between inbox and readings store are ordinary. */
const behindMessages = 5_000;
const owedPerPage = 500;
/** Together with the intake's a tenth of a second from broker to readings store where little comes. */
const paceMs = { tracker: 50, projector: 60 };

/** Starts the readers; each is tried again for ever when a part is down. */
export function startReaders(parts: ReaderParts): InboxReaders {
  const { store, decode, log, leads } = parts;
  const book = openGatewayBook(store);
  const fromIntake = openRelay<DurableMessage>();
  const fromTracker = openRelay<TrackedMessage>();
  const steps = { store, book, decode };
  const projection = createProjector({ ...parts, ...steps, incoming: fromTracker });
  const project = async () => {
    const messages = leads() ? await projection.next(parts.clock()) : 0;
    if (messages > 0) parts.onProjected();
    return messages > 0;
  };
  const projector = followInbox("projector", project, log, paceMs.projector);
  const tracking = createTracker({ ...steps, incoming: fromIntake, outgoing: fromTracker });
  let nextOwed = readOwed(store);
  const owe = (progress: readonly GatewayProgress[]) => {
    for (const row of progress) parts.receipts.owe(row);
  };
  const track = async () => {
    if (!leads()) return false;
    const owed = await nextOwed();
    owe(owed);
    const step = await tracking.next(parts.clock());
    owe(step.progress);
    if (step.messages > 0) projector.wake();
    await parts.rebirths.tick();
    return step.messages > 0 || owed.length > 0;
  };
  const tracker = followInbox("tracker", track, log, paceMs.tracker);
  const elsewhere = parts.isShared ? watchLag(() => readLag(store), parts.onProjected) : noLagWatch;
  let newest = 0;
  const isBehindOwn = () => leads() && newest - (projection.position() ?? newest) > behindMessages;
  return {
    heardOf: ({ after, messages, register }) => {
      newest = after + messages.length;
      fromIntake.offer(
        after,
        messages.map((message) => ({ message, register })),
      );
      tracker.wake();
    },
    isBehind: () => projector.trouble() === null && (isBehindOwn() || elsewhere.isBehind()),
    trouble: projector.trouble,
    lead: () => {
      nextOwed = readOwed(store);
      tracking.forget();
      projection.forget();
      tracker.wake();
      projector.wake();
    },
    stop: async () => {
      await elsewhere.stop();
      const ended = [tracking.end(), projection.end()];
      for (const follower of [tracker, projector]) await follower.stop();
      await Promise.all(ended);
    },
  };
}

function readLag(store: Store): Promise<Lag> {
  return store.as({ role: "worker" }, async (tx) => {
    const { position } = (await readCursors(tx)).projector;
    return { position, isLong: await isMoreAbove(tx, position, behindMessages) };
  });
}

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
