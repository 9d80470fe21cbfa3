import { toHex } from "#domain/log/bytes.ts";
import type { AliasMap } from "#services/formats/open-sparkplug.ts";
import type { Store, Tx } from "#store/connect.ts";
import { recordFindings } from "#store/findings.ts";
import type { GatewayProgress } from "#store/gateway-progress.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import { type InboxMessage, moveCursor, readCursors, readInbox } from "#store/inbox.ts";
import { bootKeyOf, bootsMax } from "./admit-boots.ts";
import type { DecodedMessage, SignedMessage } from "./decode-message.ts";
import { decodeWithin } from "./decode-within.ts";
import type { GatewayBook } from "./gateway-book.ts";
import { openProgressBook, type ProgressBook } from "./progress-book.ts";
import type { Relay } from "./relay.ts";
import { followSparkplug } from "./sparkplug/follow-sparkplug.ts";
import { type Arrival, type Tracked, trackArrivals } from "./track-arrivals.ts";

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

/**
 * Decodes a message by what the register says of its gateway; a Sparkplug message by its aliases besides. One with a
 * signature is read once that is checked.
 */
export type Decode = (
  message: InboxMessage,
  gateway: GatewayFacts | undefined,
  aliases?: AliasMap | null,
) => DecodedMessage | SignedMessage;

/** A message as the intake hands it on, with the register's version when it became durable. */
export interface DurableMessage {
  readonly message: InboxMessage;
  readonly register: string;
}

/** What the tracker works with. */
export interface TrackerParts {
  readonly store: Store;
  readonly book: GatewayBook;
  readonly decode: Decode;
  /** From the intake of this process, where there is one. */
  readonly incoming: Relay<DurableMessage>;
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
}

const batch = { messages: 4_000, bytes: 8 * 1024 * 1024 };
const noReadings = { received: 0, stored: 0, duplicate: 0, deadLetter: 0 };
/** A `sent` above this is a time of day, not a time since the gateway's start. 2020-01-01 UTC. */
const year2020 = 1_577_836_800_000;

/**
 * Follows the inbox ahead of the projector and notes each gateway's sequence numbers, so that receipts depend on the
 * inbox alone and never wait for the readings store. Signatures are checked beside this thread and outside of every transaction, so that
 * none stays open meanwhile; cursor, sequences and findings move in one. Where it stands, and how far boots
 * got, it remembers as long as nothing fails: the cursor's own check tells when another process went on instead.
 */
export function createTracker(parts: TrackerParts): Tracker {
  const progressBook = openProgressBook();
  let position: number | null = null;
  return {
    next: async (now) => {
      const from = position ?? (await readPosition(parts.store));
      position = null;
      const taken = parts.incoming.take(from, batch);
      const waiting = taken?.map(({ message }) => message) ?? (await readMessages(parts.store, from));
      const register = taken?.at(-1)?.register;
      if (waiting.length === 0) {
        position = from;
        return { messages: 0, progress: [] };
      }
      const gateways = await parts.book.read(
        waiting.map(({ gateway }) => gateway),
        register,
      );
      const opened = await openFirst(parts.decode, waiting, gateways);
      const messages = waiting.slice(0, opened.length);
      const arrivals = opened.flatMap(({ arrival }) => arrival ?? []);
      const tracked = await parts.store
        .as({ role: "worker" }, (tx) => settle(tx, { from, messages, gateways, arrivals, progressBook, now }))
        .catch((error: unknown) => {
          progressBook.forget();
          throw error;
        });
      progressBook.keep(tracked.progress);
      parts.outgoing.offer(from, handOn(opened, tracked, register));
      position = messages.at(-1)?.id ?? from;
      return { messages: messages.length, progress: tracked.progress };
    },
  };
}

async function readPosition(store: Store): Promise<number> {
  return store.as({ role: "worker" }, async (tx) => (await readCursors(tx)).tracker.position);
}

async function readMessages(store: Store, position: number): Promise<InboxMessage[]> {
  const { messages: limit, bytes: maxBytes } = batch;
  return store.as({ role: "worker" }, (tx) => readInbox(tx, { position, limit, maxBytes }));
}

interface Opened {
  readonly message: InboxMessage;
  readonly decoded: DecodedMessage;
  /** Null for messages that don't say which one of their gateway they are. */
  readonly arrival: Arrival | null;
}

/** Decodes messages from the first on, as many as memory has room for; the step after comes to the others. */
async function openFirst(
  decode: Decode,
  messages: readonly InboxMessage[],
  gateways: ReadonlyMap<string, GatewayFacts>,
): Promise<Opened[]> {
  const all = await decodeWithin(messages, (message) => decode(message, gateways.get(message.gateway)));
  return all.map((decoded, at) => {
    const message = messages[at] as InboxMessage;
    return { message, decoded, arrival: arrivalOf(message, decoded) };
  });
}

function arrivalOf(message: InboxMessage, decoded: DecodedMessage): Arrival | null {
  if (decoded.kind === "status" || decoded.position === null) return null;
  const { id, sha256, receivedAt, lane } = message;
  const tellsClock = decoded.kind === "readings" && lane === "data" && decoded.sent > year2020;
  const skewMs = tellsClock ? receivedAt - decoded.sent : null;
  const { position } = decoded;
  return {
    position,
    bootKey: bootKeyOf(position),
    seq: position.seq,
    inboxId: id,
    sha256,
    receivedAt,
    skewMs,
  };
}

async function settle(
  tx: Tx,
  step: {
    readonly from: number;
    readonly messages: readonly InboxMessage[];
    readonly gateways: ReadonlyMap<string, GatewayFacts>;
    readonly arrivals: readonly Arrival[];
    readonly progressBook: ProgressBook;
    readonly now: number;
  },
): Promise<Tracked> {
  const to = step.messages.at(-1)?.id ?? step.from;
  await moveCursor(tx, "tracker", { from: step.from, to }, noReadings);
  const tracked = await trackArrivals(tx, step.arrivals, step.progressBook);
  await followSparkplug(tx, step.messages, step.gateways);
  await tellConflicts(tx, tracked.conflicts, step.now);
  await tellRefused(tx, tracked.refused, step.now);
  return tracked;
}

/** The messages with the use of their seq, for the projector. */
function handOn(
  opened: readonly Opened[],
  { again, conflicts, refused }: Tracked,
  register: string | undefined,
): TrackedMessage[] {
  const uses = new Map<number, SeqUse>();
  for (const { inboxId } of again) uses.set(inboxId, "again");
  for (const { inboxId } of conflicts) uses.set(inboxId, "conflict");
  for (const { inboxId } of refused) uses.set(inboxId, "boot too many");
  return opened.map(({ message, decoded }) => {
    const use = uses.size === 0 ? "first" : (uses.get(message.id) ?? "first");
    return { message, decoded, register, use };
  });
}

async function tellConflicts(tx: Tx, conflicts: readonly Arrival[], now: number): Promise<void> {
  const found = conflicts.map(({ position, inboxId, sha256 }) => ({
    tenant: position.tenant,
    kind: "SEQ_CONFLICT" as const,
    subject: position.gateway,
    detail: { boot: position.boot, seq: position.seq, inboxId, sha256: toHex(sha256) },
  }));
  await recordFindings(tx, found, now);
}

/** One finding for each gateway and step; each of its messages becomes a dead letter besides. */
async function tellRefused(tx: Tx, refused: readonly Arrival[], now: number): Promise<void> {
  const found = [...Map.groupBy(refused, ({ position }) => position.gateway)].map(([gateway, own]) => {
    const { position, inboxId } = own[0] as Arrival;
    const detail = { boot: position.boot, inboxId, messages: own.length, bootsMax };
    return { tenant: position.tenant, kind: "TOO_MANY_BOOTS" as const, subject: gateway, detail };
  });
  await recordFindings(tx, found, now);
}
