import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store } from "#store/connect.ts";
import { type Appended, appendToInbox, type InboxMessage } from "#store/inbox.ts";
import { isContentFault } from "./content-fault.ts";
import { followInbox } from "./follow-inbox.ts";
import { createIntakeQueue, type Settled, type Unnumbered, type Waiting } from "./intake-queue.ts";
import type { InboundMessage, Lane } from "./message.ts";
import type { IngestMeters } from "./meters.ts";

/** The one way into the inbox, for both doors. */
export interface Intake {
  /** Tells when the message is durable; AppError UNAVAILABLE when too many wait already, or it ends first. */
  accept(message: InboundMessage, settled: Settled): void;
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
      queue.settle([waiting], null);
    } catch (error) {
      if (!isContentFault(error)) throw error;
      log.error({ err: error }, "the records refuse a message for good");
      meters.committed([waiting.row.lane], "refused");
      queue.settle([waiting], new AppError("BAD_REQUEST", "this message can't be kept"));
    }
  };
  const step = async (): Promise<boolean> => {
    const taken = queue.next({ messages: most, bytes: batch.bytes });
    const [first] = taken;
    if (first === undefined) return false;
    if (premature) await new Promise((resolve) => setTimeout(resolve, prematureHoldMs));
    try {
      await append(taken.map((waiting) => waiting.row));
      queue.settle(taken, null);
      most = Math.min(most * 2, batch.messages);
    } catch (error) {
      if (!isContentFault(error)) throw error;
      if (taken.length === 1) await setAside(first);
      else most = Math.ceil(taken.length / 2);
    }
    return queue.length() > 0;
  };
  const follower = followInbox("inbox", step, log, paceMs);

  const accept = (message: InboundMessage, settled: Settled): void => {
    if (stopped || !queue.hasRoomFor(message.payload.length)) {
      settled(new AppError("UNAVAILABLE", "the inbox takes no more messages now"));
      return;
    }
    queue.add(rowOf(message), clock(), premature ? () => undefined : settled);
    follower.wake();
    if (!premature) return;
    premature(message);
    settled(null);
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
  return async (rows: readonly Unnumbered[]): Promise<void> => {
    const day = Math.floor(clock() / dayMs);
    const due = day === openedDay ? null : day;
    openedDay = null;
    const ids = await store.as({ role: "worker" }, (tx) => appendToInbox(tx, rows, due));
    openedDay = day;
    onDurable(batchOf(rows, ids));
    meters.committed(
      rows.map(({ lane }) => lane),
      "durable",
    );
  };
}

/** The rows themselves, with their ids: another copy of each message would live as long as the batch. */
function batchOf(rows: readonly Unnumbered[], { first, register }: Appended): DurableBatch {
  for (const [at, row] of rows.entries()) row.id = first + at;
  return { after: first - 1, register, messages: rows };
}

/** A text column can't hold NUL; a topic or gateway with one is wrong anyway, and must not stop the others. */
function rowOf({ receivedAt, gateway, topic, lane, payload, door }: InboundMessage): Unnumbered {
  return {
    id: 0,
    receivedAt,
    gateway: withoutNul(gateway),
    topic: withoutNul(topic),
    lane,
    payload,
    sha256: fastSha256(payload),
    door,
  };
}

function withoutNul(value: string): string {
  return value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
}

/** The same payload under texts that any database takes, on no lane, so that it becomes a dead letter. */
function plainRow(row: Unnumbered, now: number): Unnumbered {
  const plain = (value: string) => value.replaceAll(/[^\x20-\x7e]/g, "?");
  return { ...row, receivedAt: now, gateway: plain(row.gateway), topic: plain(row.topic), lane: "other" };
}
