import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";
import type { Store } from "#store/connect.ts";
import { type Appended, appendToInbox, type InboxMessage, type NewInboxMessage } from "#store/inbox.ts";
import { isContentFault } from "./content-fault.ts";
import { followInbox } from "./follow-inbox.ts";
import { createIntakeQueue, type Waiting } from "./intake-queue.ts";
import type { InboundMessage, Lane } from "./message.ts";
import type { IngestMeters } from "./meters.ts";
import { sha256 } from "./sha256.ts";

/** The one way into the inbox, for both doors. */
export interface Intake {
  /** Resolves when the message is durable. @throws AppError UNAVAILABLE when too many wait already */
  accept(message: InboundMessage): Promise<void>;
  /** Resolves when a door may read on after a message of this lane; null where it may at once. */
  room(lane: Lane): Promise<void> | null;
  /** Age of the oldest message that should be durable by now, 0 when none waits; back-fill that is held back doesn't count. */
  oldestWaitMs(): number;
  /** Messages that are not durable yet. */
  waiting(): number;
  /** Looks again whether back-fill may go on. */
  wake(): void;
  /** Why nothing becomes durable now, null when it does. */
  trouble(): string | null;
  /** Takes nothing more, makes durable what it can of what waits, refuses the rest. */
  stop(): Promise<void>;
}

/** Messages that one commit made durable: `after` is the id before the first of them, `register` its version then. */
export interface DurableBatch {
  readonly after: number;
  readonly register: string;
  readonly messages: readonly InboxMessage[];
}

/** What the intake is made of; `onDurable` is told of each commit. */
export interface IntakeParts {
  readonly store: Store;
  readonly log: Logger;
  readonly clock: () => number;
  readonly messagesMax: number;
  readonly onDurable: (batch: DurableBatch) => void;
  /** Whether live messages have a way to go still, so that back-fill must wait. */
  readonly isLiveBehind: () => boolean;
  /** The negative control of the loss tests: acknowledges at once and commits later. Null in earnest. */
  readonly premature: ((message: InboundMessage) => void) | null;
  readonly meters: Pick<IngestMeters, "committed">;
}

const batch = { messages: 2_000, bytes: 4 * 1024 * 1024 };
const dayMs = 86_400_000;
const paceMs = 20;
/** Long enough that a kill at any moment finds acknowledged messages that are not durable. */
const prematureHoldMs = 1_000;

/**
 * Gathers messages into commits: while one transaction is on its way, the next batch collects (design §4). A batch that
 * the records refuse for its content is halved until the one message that they refuse stands alone.
 */
export function openIntake(parts: IntakeParts): Intake {
  const { clock, log, meters, premature } = parts;
  const queue = createIntakeQueue({ messagesMax: parts.messagesMax, isLiveBehind: parts.isLiveBehind });
  const append = createAppender(parts);
  let stopped = false;
  let most = batch.messages;

  /** The one message that the records won't have as it is: its texts made plain, or else refused by itself. */
  const setAside = async (waiting: Waiting): Promise<void> => {
    try {
      await append([plainRow(waiting.row, clock())]);
      queue.settle([waiting], ({ resolve }) => resolve());
    } catch (error) {
      if (!isContentFault(error)) throw error;
      log.error({ err: error }, "the records refuse a message for good");
      meters.committed([waiting.row.lane], "refused");
      queue.settle([waiting], ({ reject }) =>
        reject(new AppError("BAD_REQUEST", "this message can't be kept")),
      );
    }
  };
  const step = async (): Promise<boolean> => {
    const taken = queue.next({ messages: most, bytes: batch.bytes });
    const [first] = taken;
    if (first === undefined) return false;
    if (premature) await new Promise((resolve) => setTimeout(resolve, prematureHoldMs));
    try {
      await append(taken.map((waiting) => waiting.row));
      queue.settle(taken, ({ resolve }) => resolve());
      most = Math.min(most * 2, batch.messages);
    } catch (error) {
      if (!isContentFault(error)) throw error;
      if (taken.length === 1) await setAside(first);
      else most = Math.ceil(taken.length / 2);
    }
    return queue.length() > 0;
  };
  const follower = followInbox("inbox", step, log, paceMs);

  const accept = (message: InboundMessage): Promise<void> => {
    if (stopped || !queue.hasRoomFor(message.payload.length)) {
      return Promise.reject(new AppError("UNAVAILABLE", "the inbox takes no more messages now"));
    }
    const durable = queue.add(rowOf(message), clock());
    follower.wake();
    if (!premature) return durable;
    durable.catch(() => undefined);
    premature(message);
    return Promise.resolve();
  };

  return {
    accept,
    oldestWaitMs: () => queue.oldestWaitMs(clock()),
    room: queue.room,
    waiting: queue.length,
    wake: follower.wake,
    trouble: follower.trouble,
    stop: async () => {
      stopped = true;
      queue.release();
      await follower.stop();
      while (await step().catch(() => false));
      queue.refuseAll(new AppError("UNAVAILABLE", "stopped before this message was durable"));
    },
  };
}

/** Appends a batch, opens the day's part of the inbox where that is due, and tells what became durable. */
function createAppender({ store, clock, onDurable, meters }: IntakeParts) {
  let openedDay: number | null = null;
  return async (rows: readonly NewInboxMessage[]): Promise<void> => {
    const day = Math.floor(clock() / dayMs);
    const due = day === openedDay ? null : day;
    openedDay = null;
    const ids = await store.as({ role: "worker" }, (tx) => appendToInbox(tx, rows, due));
    openedDay = day;
    onDurable(batchOf(rows, ids));
    meters.committed(lanesOf(rows), "durable");
  };
}

function* lanesOf(rows: readonly NewInboxMessage[]): Generator<string> {
  for (const { lane } of rows) yield lane;
}

/** The rows themselves, with their ids: another copy of each message would live as long as the batch. */
function batchOf(rows: readonly NewInboxMessage[], { first, register }: Appended): DurableBatch {
  return {
    after: first - 1,
    register,
    messages: rows.map((row, at) => Object.assign(row, { id: first + at })),
  };
}

/** A text column can't hold NUL; a topic or gateway with one is wrong anyway, and must not stop the others. */
function rowOf({ receivedAt, gateway, topic, lane, payload, door }: InboundMessage): NewInboxMessage {
  return {
    receivedAt,
    gateway: withoutNul(gateway),
    topic: withoutNul(topic),
    lane,
    payload,
    sha256: sha256(payload),
    door,
  };
}

function withoutNul(value: string): string {
  return value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
}

/** The same payload under texts that any database takes, on no lane, so that it becomes a dead letter. */
function plainRow(row: NewInboxMessage, now: number): NewInboxMessage {
  const plain = (value: string) => value.replaceAll(/[^\x20-\x7e]/g, "?");
  return { ...row, receivedAt: now, gateway: plain(row.gateway), topic: plain(row.topic), lane: "other" };
}
