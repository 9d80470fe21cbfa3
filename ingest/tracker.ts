import { setImmediate } from "node:timers/promises";
import { toHex } from "#domain/log/bytes.ts";
import type { Store, Tx } from "#store/connect.ts";
import { recordFindings } from "#store/findings.ts";
import type { GatewayProgress } from "#store/gateway-progress.ts";
import { type GatewayFacts, loadGateways } from "#store/gateway-registry.ts";
import { holdCursor, type InboxMessage, moveCursor, readCursors, readInbox } from "#store/inbox.ts";
import { bootsMax } from "./admit-boots.ts";
import type { Decoder } from "./decoder.ts";
import { followSparkplug } from "./sparkplug/follow-sparkplug.ts";
import { type Arrival, trackArrivals } from "./track-arrivals.ts";

const batch = { limit: 1_000, maxBytes: 8 * 1024 * 1024 };
/** Some milliseconds of checking signatures. */
const messagesPerTurn = 50;
const noReadings = { received: 0, stored: 0, duplicate: 0, deadLetter: 0 };

/** What one step of the tracker did. */
export interface TrackerStep {
  readonly messages: number;
  readonly progress: readonly GatewayProgress[];
}

/**
 * Follows the inbox ahead of the projector and notes each gateway's sequence numbers, so that receipts depend on the
 * inbox alone and never wait for the readings store. Signatures are checked between the two transactions, so that none
 * stays open while the processor works; cursor, sequences and findings move in the second.
 * @throws AppError CONFLICT when another process moved the cursor meanwhile
 */
export async function trackNext(store: Store, decoder: Decoder, now: number): Promise<TrackerStep> {
  const { position, messages, gateways } = await store.as({ role: "worker" }, readBatch);
  const last = messages.at(-1);
  if (!last) return { messages: 0, progress: [] };
  const arrivals = await decodeAll(messages, gateways, decoder);
  const progress = await store.as({ role: "worker" }, async (tx) => {
    await holdCursor(tx, "tracker", position);
    const tracked = await trackArrivals(tx, arrivals);
    await followSparkplug(tx, messages, gateways);
    await tellConflicts(tx, tracked.conflicts, now);
    await tellRefused(tx, tracked.refused, now);
    await moveCursor(tx, "tracker", last.id, noReadings);
    return tracked.progress;
  });
  return { messages: messages.length, progress };
}

async function readBatch(tx: Tx) {
  const { position } = (await readCursors(tx)).tracker;
  const messages = await readInbox(tx, { position, ...batch });
  const gateways = await loadGateways(
    tx,
    messages.map((message) => message.gateway),
  );
  return { position, messages, gateways };
}

/** Those that say which message of their gateway they are; lets everything else have its turn every few messages. */
async function decodeAll(
  messages: readonly InboxMessage[],
  gateways: ReadonlyMap<string, GatewayFacts>,
  decoder: Decoder,
): Promise<Arrival[]> {
  const arrivals: Arrival[] = [];
  for (const [at, message] of messages.entries()) {
    if (at % messagesPerTurn === messagesPerTurn - 1) await setImmediate();
    const decoded = decoder.decode(message, gateways.get(message.gateway));
    if (decoded.kind === "status" || decoded.position === null) continue;
    const { id, sha256, receivedAt } = message;
    arrivals.push({ position: decoded.position, inboxId: id, sha256, receivedAt });
  }
  return arrivals;
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
