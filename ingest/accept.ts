import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store } from "#store/connect.ts";
import { type Appended, appendToInbox, type InboxMessage } from "#store/inbox.ts";
import { isContentFault } from "./content-fault.ts";
import { followInbox } from "./follow-inbox.ts";
import { createGatewayLines } from "./gateway-lines.ts";
import { createIntakeQueue } from "./intake-queue.ts";
import type { InboundMessage, Lane } from "./message.ts";
import type { IngestMeters } from "./meters.ts";
import type { Settled, Unnumbered, Waiting } from "./waiting.ts";

/** The one way into the inbox, for both doors. */
export interface Intake {
  /** Tells when the message is durable; AppError UNAVAILABLE when too many wait already, or it ends first. */
  accept(message: InboundMessage, settled: Settled): void;
  /**
   * The same for a door that reads each gateway's own connection: beyond the gateway's share of memory its messages wait alone,
   * in order, and its connection isn't read on meanwhile.
   */
  acceptInTurn(message: InboundMessage, settled: Settled, connection: Duplex): void;
  /** Resolves when a door that reads for many gateways may read on after a message of this lane; null where it may at once. */
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
  /** Ages are told by it, ms: it rises evenly, whatever happens to the time of day. */
  readonly uptime?: () => number;
  readonly messagesMax: number;
  readonly onDurable: (batch: DurableBatch) => void;
  /** Whether live messages have a way to go still, so that back-fill must wait. */
  readonly isLiveBehind: () => boolean;
  /** Whether a gateway's live messages and its back-fill come by one connection. */
  readonly isOneConnection: boolean;
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
  const { clock, uptime = () => performance.now(), log, meters, premature } = parts;
  const queue = createIntakeQueue(parts);
  const append = createAppender(parts);
  let stopped = false;

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
  const keep = async (taken: readonly Waiting[]): Promise<void> => {
    const [first] = taken;
    if (first === undefined) return;
    try {
      await append(taken.map((waiting) => waiting.row));
      queue.settle(taken, null);
    } catch (error) {
      if (!isContentFault(error)) throw error;
      if (taken.length === 1) return setAside(first);
      const half = Math.ceil(taken.length / 2);
      await keep(taken.slice(0, half));
      await keep(taken.slice(half));
    }
  };
  const step = async (): Promise<boolean> => {
    const taken = queue.next(batch);
    if (taken.length === 0) return false;
    if (premature) await new Promise((resolve) => setTimeout(resolve, prematureHoldMs));
    await keep(taken);
    return queue.length() > 0;
  };
  const follower = followInbox("inbox", step, log, paceMs);

  const accept = (message: InboundMessage, settled: Settled): void => {
    if (stopped || !queue.hasRoomFor(lines.bytes() + message.payload.length)) {
      settled(new AppError("UNAVAILABLE", "the inbox takes no more messages now"));
      return;
    }
    queue.add(rowOf(message), uptime(), premature ? () => undefined : settled);
    follower.wake();
    if (!premature) return;
    premature(message);
    settled(null);
  };
  const lines = createGatewayLines({ ...queue, enter: accept, uptime });
  const oldestWaitMs = (now: number) => Math.max(queue.oldestWaitMs(now), lines.oldestWaitMs(now));

  return {
    accept,
    acceptInTurn: lines.take,
    oldestWaitMs: () => oldestWaitMs(uptime()),
    room: (lane) => queue.room(lane),
    waiting: () => queue.length() + lines.length(),
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
