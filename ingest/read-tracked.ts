import { equalBytes } from "#domain/log/bytes.ts";
import type { Store, Tx } from "#store/connect.ts";
import { findTracked } from "#store/gateway-messages.ts";
import { type GatewayProgress, readProgress } from "#store/gateway-progress.ts";
import { type InboxMessage, readCursors, readInbox } from "#store/inbox.ts";
import { type SequenceKey, seqText } from "#store/tracked-message.ts";
import { admitBoots, bootKeyOf, keyOfBoot } from "./admit-boots.ts";
import { batchLimits } from "./batch-limits.ts";
import type { DecodedMessage } from "./decode-message.ts";
import type { Decode } from "./decode-with.ts";
import { decodeWithin } from "./decode-within.ts";
import type { GatewayBook } from "./gateway-book.ts";
import type { MessagePosition } from "./message.ts";
import type { SeqUse, TrackedMessage } from "./tracker.ts";

interface Numbered {
  readonly at: number;
  readonly position: MessagePosition;
  readonly bootKey: string;
  readonly isLive: boolean;
  readonly receivedAt: number;
}

/**
 * The messages after `position` that the tracker is past, with the use it noted of their seq: what it would have handed
 * on in memory, read back from the records after a restart, a long wait, or from another process.
 */
export async function readTracked(
  { store, book, decode }: { store: Store; book: GatewayBook; decode: Decode },
  position: number,
): Promise<TrackedMessage[]> {
  const stored = await store.as({ role: "worker" }, async (tx) => {
    const { tracker } = await readCursors(tx);
    const { messages: limit, bytes: maxBytes } = batchLimits;
    return readInbox(tx, { position, upTo: tracker.position, limit, maxBytes });
  });
  if (stored.length === 0) return [];
  const gateways = await book.read(stored.map(({ gateway }) => gateway));
  const decoded = await decodeWithin(stored, (message) => decode(message, gateways.get(message.gateway)));
  const messages = stored.slice(0, decoded.length);
  const uses = await store.as({ role: "worker" }, (tx) => seqUses(tx, messages, decoded));
  return messages.map((message, at) => ({
    ...{ message, decoded: decoded[at] as DecodedMessage, use: uses[at] ?? "untracked" },
  }));
}

/** How the tracker noted each message's seq; nothing for a message without one. */
async function seqUses(
  tx: Tx,
  messages: readonly InboxMessage[],
  decoded: readonly DecodedMessage[],
): Promise<(SeqUse | undefined)[]> {
  const numbered = decoded.flatMap((message, at): Numbered[] => {
    if (message.kind !== "readings" || message.position === null) return [];
    const { position } = message;
    const { lane, receivedAt } = messages[at] as InboxMessage;
    return [{ at, position, bootKey: bootKeyOf(position), isLive: lane === "data", receivedAt }];
  });
  const tracked = await findTracked(
    tx,
    numbered.map(({ position }) => keyOf(position)),
  );
  const rows = new Map(tracked.map((row) => [seqText(row), row]));
  // Tracked in the order of the inbox: of a message that only a later one shares its seq with, nothing was noted.
  const firstOf = ({ at, position }: Numbered) => {
    const row = rows.get(seqText(keyOf(position)));
    return row !== undefined && row.inboxId <= (messages[at] as InboxMessage).id ? row : undefined;
  };
  const untracked = numbered.filter((one) => firstOf(one) === undefined);
  const refused = await refusedForBoot(tx, untracked);
  const uses: (SeqUse | undefined)[] = messages.map(() => undefined);
  for (const one of numbered) {
    const message = messages[one.at] as InboxMessage;
    const first = firstOf(one);
    if (first === undefined) uses[one.at] = refused.has(one) ? "boot too many" : "untracked";
    else if (first.inboxId === message.id) uses[one.at] = "first";
    else uses[one.at] = equalBytes(first.sha256, message.sha256) ? "again" : "conflict";
  }
  return uses;
}

/** Which of these messages the tracker left out because their gateway had begun as many boots that day as are taken. */
async function refusedForBoot(tx: Tx, untracked: readonly Numbered[]): Promise<Set<Numbered>> {
  const rows = await readProgress(
    tx,
    untracked.map(({ position }) => position.gateway),
    untracked.map(({ position }) => position.boot),
  );
  const known = new Map<string, GatewayProgress>(
    rows.map((row) => [keyOfBoot(row.tenantId, row.gatewayId, row.boot), row]),
  );
  // A boot that was taken on a later day was new to the message all the same.
  for (const { bootKey, receivedAt } of untracked) {
    if (receivedAt < (known.get(bootKey)?.firstReceivedAt ?? 0)) known.delete(bootKey);
  }
  return new Set((await admitBoots(tx, untracked, known)).refused);
}

function keyOf({ tenant, gateway, boot, seq }: MessagePosition): SequenceKey {
  return { tenantId: tenant, gatewayId: gateway, boot, seq };
}
