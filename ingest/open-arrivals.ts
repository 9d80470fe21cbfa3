import type { Store } from "#store/connect.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import { type InboxMessage, readInbox } from "#store/inbox.ts";
import { bootKeyOf } from "./admit-boots.ts";
import { batchLimits } from "./batch-limits.ts";
import type { DecodedMessage } from "./decode-message.ts";
import type { Decode } from "./decode-with.ts";
import { decodeWithin } from "./decode-within.ts";
import type { GatewayBook } from "./gateway-book.ts";
import type { Stretch } from "./one-ahead.ts";
import type { Relay } from "./relay.ts";
import type { Arrival } from "./track-arrivals.ts";

/** A message as the intake hands it on, with the register's version when it became durable. */
export interface DurableMessage {
  readonly message: InboxMessage;
  readonly register: string;
}

/** A message with what it says and, where it tells which one of its gateway it is, its arrival. */
interface Opened {
  readonly message: InboxMessage;
  readonly decoded: DecodedMessage;
  readonly arrival: Arrival | null;
}

/** Messages of the inbox, decoded by what the register says of their gateways. */
export interface OpenedBatch extends Stretch {
  readonly opened: readonly Opened[];
  readonly gateways: ReadonlyMap<string, GatewayFacts>;
  /** The register's version when the last of them became durable in this process. */
  readonly register: string | undefined;
}

/** What batches are opened with. */
export interface ArrivalParts {
  readonly store: Store;
  readonly book: GatewayBook;
  readonly decode: Decode;
  /** From the intake of this process, where there is one. */
  readonly incoming: Relay<DurableMessage>;
}

/** A `sent` above this is a time of day, not a time since the gateway's start. 2020-01-01 UTC. */
const year2020 = 1_577_836_800_000;

/**
 * Opens the messages that follow `from`, as many as memory has room for once they are unpacked; the batch after comes to the others.
 * Signatures are checked outside of every transaction, so that none stays open meanwhile.
 * @throws when the records can't answer now
 */
export async function openArrivals(parts: ArrivalParts, from: number): Promise<OpenedBatch> {
  const taken = parts.incoming.take(from, batchLimits);
  const waiting = taken?.map(({ message }) => message) ?? (await readMessages(parts.store, from));
  const register = taken?.at(-1)?.register;
  if (waiting.length === 0) return { from, to: from, opened: [], gateways: new Map(), register };
  const senders = waiting.map(({ gateway }) => gateway);
  const gateways = await parts.book.read(senders, register);
  const all = await decodeWithin(waiting, (message) => parts.decode(message, gateways.get(message.gateway)));
  const opened = all.map((decoded, at) => open(waiting[at] as InboxMessage, decoded));
  return { from, to: opened.at(-1)?.message.id ?? from, opened, gateways, register };
}

async function readMessages(store: Store, position: number): Promise<InboxMessage[]> {
  const { messages: limit, bytes: maxBytes } = batchLimits;
  return store.as({ role: "worker" }, (tx) => readInbox(tx, { position, limit, maxBytes }));
}

function open(message: InboxMessage, decoded: DecodedMessage): Opened {
  return { message, decoded, arrival: arrivalOf(message, decoded) };
}

function arrivalOf(message: InboxMessage, decoded: DecodedMessage): Arrival | null {
  if (decoded.kind === "status" || decoded.position === null) return null;
  const { id: inboxId, sha256, receivedAt, lane } = message;
  const isLive = lane === "data";
  const tellsClock = decoded.kind === "readings" && isLive && decoded.sent > year2020;
  const skewMs = tellsClock ? receivedAt - decoded.sent : null;
  const { position } = decoded;
  const { seq } = position;
  return { position, bootKey: bootKeyOf(position), seq, isLive, inboxId, sha256, receivedAt, skewMs };
}
