import type { Duplex } from "node:stream";
import { AppError } from "#domain/errors.ts";
import { holdReads } from "./hold-reads.ts";
import type { InboundMessage, Lane } from "./message.ts";
import type { Settled } from "./waiting.ts";

/** Messages that came by gateways' own connections and have no room in the intake queue yet, one line for each gateway. */
export interface GatewayLines {
  /** Lets a message in, or has it wait behind those of its gateway; `connection` isn't read on while any of them waits. */
  take(message: InboundMessage, settled: Settled, connection: Duplex): void;
  /** What all that wait take up in memory. */
  bytes(): number;
  length(): number;
  /** How long the first of a line waits at most; as in the queue, back-fill doesn't count. */
  oldestWaitMs(now: number): number;
}

/** What lies behind the lines: the intake queue. */
interface LinesParts {
  readonly room: (lane: Lane, gateway: string) => Promise<void> | null;
  readonly hasRoomFor: (bytes: number) => boolean;
  readonly enter: (message: InboundMessage, settled: Settled) => void;
  readonly uptime: () => number;
}

interface Line {
  readonly waiting: { message: InboundMessage; settled: Settled; since: number }[];
  /** The gateway's connections that are not read now, each with how to read on: an old one may end beside a new one. */
  readonly held: Map<Duplex, () => void>;
}

/** What a message costs besides its payload, here and in the broker, so that empty ones fill memory too. */
const messageBytes = 1_024;

/** Opens lines in which nobody waits. */
export function createGatewayLines({ room, hasRoomFor, enter, uptime }: LinesParts): GatewayLines {
  const lines = new Map<string, Line>();
  let [bytes, length] = [0, 0];
  /** Lets in as many as have room, from the first on. @returns when to go on; null when none waits any more */
  const advance = ({ waiting }: Line): Promise<void> | null => {
    for (let first = waiting[0]; first !== undefined; first = waiting[0]) {
      const wait = room(first.message.lane, first.message.gateway);
      if (wait !== null) return wait;
      waiting.shift();
      bytes -= sizeOf(first.message);
      length -= 1;
      enter(first.message, first.settled);
    }
    return null;
  };
  const follow = async (gateway: string, line: Line): Promise<void> => {
    for (let wait = advance(line); wait !== null; wait = advance(line)) await wait;
    lines.delete(gateway);
    for (const readOn of line.held.values()) readOn();
  };
  return {
    take: (message, settled, connection) => {
      const { gateway, lane } = message;
      const known = lines.get(gateway);
      if (known === undefined && room(lane, gateway) === null) return enter(message, settled);
      if (!hasRoomFor(bytes + sizeOf(message)))
        return settled(new AppError("UNAVAILABLE", "the inbox takes no more messages now"));
      const line: Line = known ?? { waiting: [], held: new Map() };
      line.waiting.push({ message, settled, since: uptime() });
      bytes += sizeOf(message);
      length += 1;
      if (!line.held.has(connection)) line.held.set(connection, holdReads(connection));
      if (known !== undefined) return;
      lines.set(gateway, line);
      void follow(gateway, line);
    },
    bytes: () => bytes,
    length: () => length,
    oldestWaitMs: (now) => {
      let oldest = now;
      for (const { waiting } of lines.values())
        if (waiting[0] && waiting[0].message.lane !== "hist") oldest = Math.min(oldest, waiting[0].since);
      return now - oldest;
    },
  };
}

function sizeOf({ payload }: InboundMessage): number {
  return payload.length + messageBytes;
}
