import type { AppError } from "#domain/errors.ts";
import type { NewInboxMessage } from "#store/inbox.ts";

/** Told once what became of a message: null when it is durable. A callback, as there are thousands a second. */
export type Settled = (fault: AppError | null) => void;

/** A message of the inbox whose id the records are yet to give: 0 till then. */
export interface Unnumbered extends NewInboxMessage {
  id: number;
}

/** A message that is to become durable, and whom to tell. */
export interface Waiting {
  readonly row: Unnumbered;
  readonly since: number;
  readonly settled: Settled;
}

/** Messages on their way into the inbox: what is live goes before what is back-filled. */
export interface IntakeQueue {
  hasRoomFor(bytes: number): boolean;
  /** Resolves when whoever reads messages of this lane may read on; null where it may at once. */
  room(lane: string): Promise<void> | null;
  add(row: Unnumbered, now: number, settled: Settled): void;
  /** What the next commit takes; it stays in the queue until it is settled. */
  next(limit: { readonly messages: number; readonly bytes: number }): Waiting[];
  /** These are done with. */
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
/** Back-fill in a commit beside live messages: a tenth of it. */
const backFillShare = 0.1;

/** Opens an empty queue; while `isLiveBehind` back-fill waits as long as live messages come. */
export function createIntakeQueue(parts: {
  readonly messagesMax: number;
  readonly isLiveBehind: () => boolean;
}): IntakeQueue {
  const live: Waiting[] = [];
  const backFill: Waiting[] = [];
  let bytes = 0;
  let released = false;
  const isHeldBack = () => !released && parts.isLiveBehind();
  const pauses = { live: createPause(), backFill: createPause() };
  const isFull = { live: false, backFill: false };
  const look = (): void => {
    const heavy = bytes > bytesMax * pauseAt.bytes;
    isFull.live = live.length > parts.messagesMax * pauseAt.live || (heavy && live.length > 0);
    isFull.backFill = backFill.length > parts.messagesMax * pauseAt.backFill || heavy;
    if (live.length <= (parts.messagesMax * pauseAt.live) / 2 && !heavy) pauses.live.end();
    if (backFill.length <= (parts.messagesMax * pauseAt.backFill) / 2 && !heavy) pauses.backFill.end();
  };
  const queueOf = ({ row }: Waiting) => (row.lane === "hist" ? backFill : live);

  return {
    hasRoomFor: (size) => live.length + backFill.length < parts.messagesMax && bytes + size <= bytesMax,
    add: (row, since, settled) => {
      bytes += row.payload.length;
      const waiting = { row, since, settled };
      queueOf(waiting).push(waiting);
      look();
    },
    room: (lane) => {
      const which = lane === "hist" ? "backFill" : "live";
      return isFull[which] ? pauses[which].begin() : null;
    },
    next: ({ messages, bytes: bytesMax }) => {
      const room = isHeldBack() ? 0 : live.length > 0 ? Math.ceil(messages * backFillShare) : messages;
      const some = backFill.slice(0, Math.min(room, messages));
      const first = live.slice(0, messages - some.length);
      return within([...first, ...some], bytesMax);
    },
    settle: (taken, fault) => {
      const fromBackFill = taken.filter((waiting) => queueOf(waiting) === backFill).length;
      live.splice(0, taken.length - fromBackFill);
      backFill.splice(0, fromBackFill);
      for (const { row } of taken) bytes -= row.payload.length;
      look();
      for (const waiting of taken) tell(waiting, fault);
    },
    refuseAll: (error) => {
      const all = [...live.splice(0), ...backFill.splice(0)];
      bytes = 0;
      look();
      for (const waiting of all) tell(waiting, error);
    },
    release: () => {
      released = true;
    },
    length: () => live.length + (isHeldBack() ? 0 : backFill.length),
    oldestWaitMs: (now) => {
      const oldest = Math.min(live[0]?.since ?? now, isHeldBack() ? now : (backFill[0]?.since ?? now));
      return Math.max(0, now - oldest);
    },
  };
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

/** A promise that several wait for at once. */
function createPause() {
  let current: { readonly over: Promise<void>; readonly resolve: () => void } | null = null;
  return {
    begin: (): Promise<void> => {
      if (current === null) {
        const { promise: over, resolve } = Promise.withResolvers<void>();
        current = { over, resolve };
      }
      return current.over;
    },
    end: (): void => {
      current?.resolve();
      current = null;
    },
  };
}

/** As many as fit, at least one. */
function within(waiting: readonly Waiting[], bytesMax: number): Waiting[] {
  let bytes = 0;
  const end = waiting.findIndex(({ row }, at) => {
    bytes += row.payload.length;
    return at > 0 && bytes > bytesMax;
  });
  return end === -1 ? [...waiting] : waiting.slice(0, end);
}
