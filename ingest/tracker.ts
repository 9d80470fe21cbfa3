import { toHex } from "#domain/log/bytes.ts";
import type { Store, Tx } from "#store/connect.ts";
import { recordFindings } from "#store/findings.ts";
import type { GatewayProgress } from "#store/gateway-progress.ts";
import { loadGateways } from "#store/gateway-registry.ts";
import { holdCursor, moveCursor, readCursors, readInbox } from "#store/inbox.ts";
import type { Decoder } from "./decoder.ts";
import { type Arrival, trackArrivals } from "./track-arrivals.ts";

const batch = { limit: 1_000, maxBytes: 8 * 1024 * 1024 };
const noReadings = { received: 0, stored: 0, duplicate: 0, deadLetter: 0 };

/** What one step of the tracker did. */
export interface TrackerStep {
  readonly messages: number;
  readonly progress: readonly GatewayProgress[];
}

/**
 * Follows the inbox ahead of the projector and notes each gateway's sequence numbers, so that receipts depend on the
 * inbox alone and never wait for the readings store. Cursor, sequences and findings move in one transaction.
 */
export async function trackNext(store: Store, decoder: Decoder, now: number): Promise<TrackerStep> {
  return store.as({ role: "worker" }, async (tx) => {
    const { position } = (await readCursors(tx)).tracker;
    const messages = await readInbox(tx, { position, ...batch });
    const last = messages.at(-1);
    if (!last) return { messages: 0, progress: [] };
    await holdCursor(tx, "tracker", position);
    const gateways = await loadGateways(
      tx,
      messages.map((message) => message.gateway),
    );
    const arrivals = messages.flatMap((message): Arrival[] => {
      const decoded = decoder.decode(message, gateways.get(message.gateway));
      if (decoded.kind === "status" || decoded.position === null) return [];
      const { id, sha256, receivedAt } = message;
      return [{ position: decoded.position, inboxId: id, sha256, receivedAt }];
    });
    const { progress, conflicts } = await trackArrivals(tx, arrivals);
    await tellConflicts(tx, conflicts, now);
    await moveCursor(tx, "tracker", last.id, noReadings);
    return { messages: messages.length, progress };
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
