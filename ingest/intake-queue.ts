import type { AppError } from "#domain/errors.ts";
import { createPause } from "./pause.ts";
import { type Amount, createTurnLane } from "./turn-lane.ts";
import type { Settled, Unnumbered, Waiting } from "./waiting.ts";

/** Messages on their way into the inbox: what is live goes before what is back-filled, and gateways take turns. */
export interface IntakeQueue {
  hasRoomFor(bytes: number): boolean;
  /**
   * Resolves when whoever reads messages of this lane may read on; null where it may at once. A gateway whose own
   * connection is read is named: beyond its share of the queue it waits alone.
   */
  room(lane: string, gateway?: string): Promise<void> | null;
  add(row: Unnumbered, now: number, settled: Settled): void;
  /** What the next commit takes; it stays in the queue until it is settled. */
  next(limit: Amount): Waiting[];
  /** These, which are what `next` gave or the beginning of it, are done with. */
  settle(taken: readonly Waiting[], fault: AppError | null): void;
  refuseAll(error: AppError): void;
  /** From now on back-fill isn't held back any more. */
  release(): void;
  /** Messages that could become durable now. */
  length(): number;
  oldestWaitMs(now: number): number;
}

const bytesMax = 64 * 1024 * 1024;
/** Beyond these shares of what fits at most, readers of a lane pause until half of it is gone. */
const pauseAt = { live: 0.6, backFill: 0.2, bytes: 0.6 };
/** Beyond this share in a lane a gateway's own connection pauses. */
const gatewayShare = 0.25;
/** Back-fill in a commit beside live messages: a tenth of it. */
const backFillShare = 0.1;
/** Held-back back-fill that goes on in a commit though few live messages do: some thousand a second at most. */
const heldBackFill = 50;

/** When back-fill is held back, and how far. */
interface QueueParts {
  readonly messagesMax: number;
  /** While it is so, back-fill is held back as long as live messages come. */
  readonly isLiveBehind: () => boolean;
  /**
   * Whether a gateway sends both by one connection, which is read in order: then some back-fill always goes on, or
   * the live messages behind it would stand still. Else it waits.
   */
  readonly isOneConnection: boolean;
}

/** Opens an empty queue. */
export function createIntakeQueue(parts: QueueParts): IntakeQueue {
  const lanes = { live: createTurnLane(), backFill: createTurnLane() };
  const pauses = { live: createPause(), backFill: createPause() };
  const isFull = { live: false, backFill: false };
  const share = { messages: parts.messagesMax * gatewayShare, bytes: bytesMax * gatewayShare };
  let bytes = 0;
  let released = false;
  const isHeldBack = () => !released && parts.isLiveBehind();
  const stands = () => !parts.isOneConnection && isHeldBack();
  const look = (): void => {
    const heavy = bytes > bytesMax * pauseAt.bytes;
    const live = lanes.live.length();
    const backFill = lanes.backFill.length();
    isFull.live = live > parts.messagesMax * pauseAt.live || (heavy && live > 0);
    isFull.backFill = backFill > parts.messagesMax * pauseAt.backFill || heavy;
    if (live <= (parts.messagesMax * pauseAt.live) / 2 && !heavy) pauses.live.end();
    if (backFill <= (parts.messagesMax * pauseAt.backFill) / 2 && !heavy) pauses.backFill.end();
  };
  const backFillRoom = (messages: number): number => {
    const live = lanes.live.length();
    const most = Math.ceil(messages * backFillShare);
    if (!isHeldBack()) return live > 0 ? most : messages;
    if (!parts.isOneConnection) return 0;
    return Math.min(most, Math.max(heldBackFill, Math.ceil(live * backFillShare)));
  };

  return {
    hasRoomFor: (size) =>
      lanes.live.length() + lanes.backFill.length() < parts.messagesMax && bytes + size <= bytesMax,
    add: (row, since, settled) => {
      bytes += row.payload.length;
      lanes[laneOf(row)].add(row, since, settled);
      look();
    },
    room: (lane, gateway) => {
      const which = laneOf({ lane });
      if (isFull[which]) return pauses[which].begin();
      return gateway === undefined ? null : lanes[which].roomOf(gateway, share);
    },
    next: ({ messages, bytes: most }) => {
      const part = lanes.live.length() > 0 ? most * backFillShare : most;
      const some = lanes.backFill.next({ messages: backFillRoom(messages), bytes: part });
      const first = lanes.live.next({ messages: messages - some.length, bytes: most - sizeOf(some) });
      return [...first, ...some];
    },
    settle: (taken, fault) => {
      lanes.live.remove(taken.filter(({ row }) => row.lane !== "hist"));
      lanes.backFill.remove(taken.filter(({ row }) => row.lane === "hist"));
      bytes -= sizeOf(taken);
      look();
      for (const waiting of taken) tell(waiting, fault);
    },
    refuseAll: (error) => {
      const all = [...lanes.live.removeAll(), ...lanes.backFill.removeAll()];
      bytes = 0;
      look();
      for (const waiting of all) tell(waiting, error);
    },
    release: () => {
      released = true;
    },
    length: () => lanes.live.length() + (stands() ? 0 : lanes.backFill.length()),
    oldestWaitMs: (now) => {
      const oldest = [lanes.live.oldest(), isHeldBack() ? null : lanes.backFill.oldest()];
      return Math.max(0, ...oldest.map((since) => (since === null ? 0 : now - since)));
    },
  };
}

function laneOf({ lane }: { readonly lane: string }): "live" | "backFill" {
  return lane === "hist" ? "backFill" : "live";
}

function sizeOf(waiting: readonly Waiting[]): number {
  return waiting.reduce((sum, { row }) => sum + row.payload.length, 0);
}

/** As with a promise: whoever fails at being told stops the process, and leaves nobody else untold. */
function tell({ settled }: Waiting, fault: AppError | null): void {
  try {
    settled(fault);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
