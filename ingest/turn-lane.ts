import { createPause, type Pause } from "./pause.ts";
import type { Settled, Unnumbered, Waiting } from "./waiting.ts";

/** How much of something: messages, and the bytes of their payloads. */
export interface Amount {
  readonly messages: number;
  readonly bytes: number;
}

/** Messages of one lane that wait. Gateways take turns, so that none makes another wait behind all it sends. */
export interface TurnLane {
  add(row: Unnumbered, since: number, settled: Settled): void;
  /** Those whose turn it is, as many as fit and at least one; of each gateway in the order they came. They stay till removed. */
  next(room: Amount): Waiting[];
  /** Removes what `next` gave, or the beginning of it; whose turn it was goes to the end. */
  remove(taken: readonly Waiting[]): void;
  removeAll(): Waiting[];
  /** Resolves when this gateway has half of `share` again; null while it has no more than it. */
  roomOf(gateway: string, share: Amount): Promise<void> | null;
  length(): number;
  /** Since when the oldest waits; null when none does. */
  oldest(): number | null;
}

/** What waits of one gateway. `turn` and `spent` are of the `next` at work, `leaving` of the `remove`. */
interface Line {
  readonly gateway: string;
  readonly waiting: Standing[];
  bytes: number;
  turn: number;
  spent: number;
  leaving: number;
  pause: { readonly share: Amount; readonly over: Pause } | null;
}

interface Standing extends Waiting {
  readonly line: Line;
}

/** What a gateway may send in one turn: a few small messages together cost less than one by one. */
const turnBytes = 4_096;
/** What a message costs besides its payload, so that empty ones take turns too. */
const messageBytes = 128;

/** Opens an empty lane. The lines stand in a map in the order of their turns. */
export function createTurnLane(): TurnLane {
  const lines = new Map<string, Line>();
  let length = 0;
  return {
    add: (row, since, settled) => {
      const line = lines.get(row.gateway) ?? openLine(lines, row.gateway);
      line.waiting.push({ row, since, settled, line });
      line.bytes += row.payload.length;
      length += 1;
    },
    next: (room) => takeTurns([...lines.values()], room),
    remove: (taken) => {
      length -= taken.length;
      removeFrom(lines, taken as readonly Standing[]);
    },
    removeAll: () => {
      const all = [...lines.values()];
      lines.clear();
      length = 0;
      for (const { pause } of all) pause?.over.end();
      return all.flatMap(({ waiting }) => waiting);
    },
    roomOf: (gateway, share) => {
      const line = lines.get(gateway);
      if (line === undefined || isWithin(line, share)) return null;
      line.pause ??= { share, over: createPause() };
      return line.pause.over.begin();
    },
    length: () => length,
    oldest: () => {
      let oldest = Number.POSITIVE_INFINITY;
      for (const { waiting } of lines.values()) oldest = Math.min(oldest, waiting[0]?.since ?? oldest);
      return length === 0 ? null : oldest;
    },
  };
}

function openLine(lines: Map<string, Line>, gateway: string): Line {
  const line = { gateway, waiting: [], bytes: 0, turn: 0, spent: 0, leaving: 0, pause: null };
  lines.set(gateway, line);
  return line;
}

function isWithin({ waiting, bytes }: Line, share: Amount): boolean {
  return waiting.length <= share.messages && bytes <= share.bytes;
}

/** Round by round; who has nothing more, or sent much in one message, is passed over. */
function takeTurns(open: Line[], { messages, bytes }: Amount): Waiting[] {
  const taken: Waiting[] = [];
  let left = bytes;
  for (const line of open) line.turn = line.spent = 0;
  for (let allowed = turnBytes; open.length > 0; allowed += turnBytes) {
    for (const line of open) {
      for (; line.turn < line.waiting.length && line.spent < allowed; line.turn += 1) {
        const waiting = line.waiting[line.turn] as Standing;
        const size = waiting.row.payload.length;
        if (taken.length >= messages || (size > left && taken.length > 0)) return taken;
        taken.push(waiting);
        left -= size;
        line.spent += size + messageBytes;
      }
    }
    open = open.filter((line) => line.turn < line.waiting.length);
  }
  return taken;
}

function removeFrom(lines: Map<string, Line>, taken: readonly Standing[]): void {
  for (const { row, line } of taken) {
    line.leaving += 1;
    line.bytes -= row.payload.length;
  }
  for (const { line } of taken) {
    if (line.leaving === 0) continue;
    lines.delete(line.gateway);
    line.waiting.splice(0, line.leaving);
    line.leaving = 0;
    if (line.waiting.length > 0) lines.set(line.gateway, line);
    endPause(line);
  }
}

function endPause(line: Line): void {
  if (line.pause === null) return;
  const { share, over } = line.pause;
  if (isWithin(line, { messages: share.messages / 2, bytes: share.bytes / 2 })) over.end();
}
