import type { Store, Tx } from "#store/connect.ts";
import type { GatewayProgress } from "#store/gateway-progress.ts";
import { type InboxMessage, moveCursor, readCursors } from "#store/inbox.ts";
import { type BootOrder, openBootOrder } from "./boot-order.ts";
import type { DecodedMessage } from "./decode-message.ts";
import { openOneAhead } from "./one-ahead.ts";
import { type ArrivalParts, type OpenedBatch, openArrivals } from "./open-arrivals.ts";
import { openProgressBook, type ProgressBook } from "./progress-book.ts";
import type { Relay } from "./relay.ts";
import { followSparkplug } from "./sparkplug/follow-sparkplug.ts";
import { tellFindings } from "./tell-findings.ts";
import { type Tracked, trackArrivals } from "./track-arrivals.ts";

/**
 * How a message's seq was used before: by itself, by the same bytes earlier, by other bytes, or not noted at all, be it
 * that its boot was one too many.
 */
export type SeqUse = "first" | "again" | "conflict" | "untracked" | "boot too many";

/** A message as the tracker hands it on: decoded, with the use of its seq. */
export interface TrackedMessage {
  readonly message: InboxMessage;
  readonly decoded: DecodedMessage;
  readonly use: SeqUse;
  /** The register's version when the message became durable in this process. */
  readonly register?: string | undefined;
}

/** What the tracker works with. */
export interface TrackerParts extends ArrivalParts {
  /** To the projector of this process. */
  readonly outgoing: Relay<TrackedMessage>;
}

/** What one step of the tracker did. */
export interface TrackerStep {
  readonly messages: number;
  readonly progress: readonly GatewayProgress[];
}

/** The inbox's first reader. */
export interface Tracker {
  /**
   * Notes the next messages; 0 messages when none wait.
   * @throws AppError CONFLICT when another process moved the cursor meanwhile
   */
  next(now: number): Promise<TrackerStep>;
  /** Goes on where the records say: another process may have gone on meanwhile. */
  forget(): void;
  /** Begins nothing ahead from now on; resolves when what was begun has ended. */
  end(): Promise<void>;
}

const noReadings = { received: 0, stored: 0, duplicate: 0, deadLetter: 0 };

/**
 * Follows the inbox ahead of the projector and notes each gateway's sequence numbers, so that receipts depend on the
 * inbox alone and never wait for the readings store. Signatures are checked beside this thread and outside of every transaction, so that
 * none stays open meanwhile; cursor, sequences and findings move in one. While one batch is written, the next one's signatures are checked.
 * Where it stands, and how far boots got, it remembers as long as nothing fails: the cursor's own check tells when another
 * process went on instead.
 */
export function createTracker(parts: TrackerParts): Tracker {
  const memory: Memory = { progress: openProgressBook(), order: openBootOrder() };
  const batches = openOneAhead({
    open: (from) => openArrivals(parts, from),
    readPosition: () => readPosition(parts.store),
  });
  const forget = (): void => {
    batches.forget();
    memory.progress.forget();
    memory.order.forget();
  };
  return {
    next: async (now) => {
      const batch = await batches.next();
      if (batch.opened.length === 0) return { messages: 0, progress: [] };
      const settling = parts.store.as({ role: "worker" }, (tx) => settle(tx, batch, memory, now));
      if (batch.opened.some(isSigned)) batches.begin(batch.to);
      const tracked = await settling.catch((error: unknown) => {
        forget();
        throw error;
      });
      memory.progress.keep(tracked.progress);
      parts.outgoing.offer(batch.from, handOn(batch, tracked));
      return { messages: batch.opened.length, progress: tracked.progress };
    },
    forget,
    end: batches.end,
  };
}

/** Another thread checks these. What this thread would decode itself comes later with as much work, in larger batches. */
function isSigned({ arrival }: OpenedBatch["opened"][number]): boolean {
  return arrival !== null && arrival.position.kid !== null;
}

async function readPosition(store: Store): Promise<number> {
  return store.as({ role: "worker" }, async (tx) => (await readCursors(tx)).tracker.position);
}

/** What is remembered as long as nothing fails. */
interface Memory {
  readonly progress: ProgressBook;
  readonly order: BootOrder;
}

async function settle(tx: Tx, batch: OpenedBatch, memory: Memory, now: number): Promise<Tracked> {
  await moveCursor(tx, "tracker", batch, noReadings);
  const arrivals = batch.opened.flatMap(({ arrival }) => arrival ?? []);
  const tracked = await trackArrivals(tx, arrivals, memory.progress);
  const messages = batch.opened.map(({ message }) => message);
  await followSparkplug(tx, messages, batch.gateways);
  await tellFindings(tx, tracked, await memory.order.findBack(tx, tracked.onward), now);
  return tracked;
}

/** The messages with the use of their seq, for the projector. */
function handOn({ opened, register }: OpenedBatch, { again, conflicts, refused }: Tracked): TrackedMessage[] {
  const uses = new Map<number, SeqUse>();
  for (const { inboxId } of again) uses.set(inboxId, "again");
  for (const { inboxId } of conflicts) uses.set(inboxId, "conflict");
  for (const { inboxId } of refused) uses.set(inboxId, "boot too many");
  return opened.map(({ message, decoded }) => {
    const use = uses.size === 0 ? "first" : (uses.get(message.id) ?? "first");
    return { message, decoded, register, use };
  });
}
