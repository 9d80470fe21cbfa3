import { createHash } from "node:crypto";
import type { Logger } from "pino";
import { AppError } from "#domain/errors.ts";
import type { Store } from "#store/connect.ts";
import { appendToInbox, type NewInboxMessage } from "#store/inbox.ts";
import { isContentFault } from "./content-fault.ts";
import { followInbox } from "./follow-inbox.ts";
import type { InboundMessage } from "./message.ts";

/** The one way into the inbox, for both doors. */
export interface Intake {
  /** Resolves when the message is durable. @throws AppError UNAVAILABLE when too many wait already */
  accept(message: InboundMessage): Promise<void>;
  /** Age of the oldest message that is not durable yet, 0 when none waits. */
  oldestWaitMs(): number;
  /** Why nothing becomes durable now, null when it does. */
  trouble(): string | null;
  /** Takes nothing more, makes durable what it can of what waits, refuses the rest. */
  stop(): Promise<void>;
}

/** What the intake is made of; `onDurable` is told after each commit. */
export interface IntakeParts {
  readonly store: Store;
  readonly log: Logger;
  readonly clock: () => number;
  readonly messagesMax: number;
  readonly onDurable: () => void;
  /** The negative control of the loss tests: acknowledges at once and commits later. Null in earnest. */
  readonly premature: ((message: InboundMessage) => void) | null;
}

interface Waiting {
  readonly row: NewInboxMessage;
  readonly since: number;
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
}

const bytesMax = 64 * 1024 * 1024;
const batch = { messages: 1_000, bytes: 4 * 1024 * 1024 };
/** Long enough that a kill at any moment finds acknowledged messages that are not durable. */
const prematureHoldMs = 1_000;

/**
 * Gathers messages into commits: while one transaction is on its way, the next batch collects (design §4). A batch that
 * the records refuse for its content is halved until the one message that they refuse stands alone.
 */
export function openIntake(parts: IntakeParts): Intake {
  const queue: Waiting[] = [];
  let bytes = 0;
  let stopped = false;

  let most = batch.messages;

  const append = (rows: readonly NewInboxMessage[]) =>
    parts.store.as({ role: "worker" }, (tx) => appendToInbox(tx, rows));
  const settle = (taken: readonly Waiting[], end: (waiting: Waiting) => void): void => {
    queue.splice(0, taken.length);
    for (const waiting of taken) {
      bytes -= waiting.row.payload.length;
      end(waiting);
    }
  };
  /** The one message that the records won't have as it is: its texts made plain, or else refused by itself. */
  const setAside = async (waiting: Waiting): Promise<void> => {
    try {
      await append([plainRow(waiting.row, parts.clock())]);
      settle([waiting], ({ resolve }) => resolve());
    } catch (error) {
      if (!isContentFault(error)) throw error;
      parts.log.error({ err: error }, "the records refuse a message for good");
      settle([waiting], ({ reject }) => reject(new AppError("BAD_REQUEST", "this message can't be kept")));
    }
  };
  const step = async (): Promise<boolean> => {
    const taken = nextBatch(queue, most);
    const [first] = taken;
    if (first === undefined) return false;
    if (parts.premature) await new Promise((resolve) => setTimeout(resolve, prematureHoldMs));
    try {
      await append(taken.map((waiting) => waiting.row));
      settle(taken, ({ resolve }) => resolve());
      most = Math.min(most * 2, batch.messages);
    } catch (error) {
      if (!isContentFault(error)) throw error;
      if (taken.length === 1) await setAside(first);
      else most = Math.ceil(taken.length / 2);
    }
    parts.onDurable();
    return queue.length > 0;
  };
  const follower = followInbox("inbox", step, parts.log);

  const accept = (message: InboundMessage): Promise<void> => {
    const size = message.payload.length;
    if (stopped || queue.length >= parts.messagesMax || bytes + size > bytesMax) {
      return Promise.reject(new AppError("UNAVAILABLE", "the inbox takes no more messages now"));
    }
    bytes += size;
    const durable = new Promise<void>((resolve, reject) => {
      queue.push({ row: rowOf(message), since: parts.clock(), resolve, reject });
    });
    follower.wake();
    if (!parts.premature) return durable;
    durable.catch(() => undefined);
    parts.premature(message);
    return Promise.resolve();
  };

  return {
    accept,
    oldestWaitMs: () => (queue[0] ? parts.clock() - queue[0].since : 0),
    trouble: follower.trouble,
    stop: async () => {
      stopped = true;
      await follower.stop();
      while (await step().catch(() => false));
      const refusal = new AppError("UNAVAILABLE", "stopped before this message was durable");
      for (const { reject } of queue.splice(0)) reject(refusal);
    },
  };
}

function nextBatch(queue: readonly Waiting[], most: number): Waiting[] {
  let bytes = 0;
  const taken = queue.slice(0, most);
  const end = taken.findIndex(({ row }, at) => {
    bytes += row.payload.length;
    return at > 0 && bytes > batch.bytes;
  });
  return end === -1 ? taken : taken.slice(0, end);
}

/** A text column can't hold NUL; a topic or gateway with one is wrong anyway, and must not stop the others. */
function rowOf({ receivedAt, gateway, topic, lane, payload, door }: InboundMessage): NewInboxMessage {
  const sha256 = createHash("sha256").update(payload).digest();
  const text = (value: string) => value.replaceAll("\0", "\uFFFD");
  return { receivedAt, gateway: text(gateway), topic: text(topic), lane, payload, sha256, door };
}

/** The same payload under texts that any database takes, on no lane, so that it becomes a dead letter. */
function plainRow(row: NewInboxMessage, now: number): NewInboxMessage {
  const plain = (value: string) => value.replaceAll(/[^\x20-\x7e]/g, "?");
  return { ...row, receivedAt: now, gateway: plain(row.gateway), topic: plain(row.topic), lane: "other" };
}
