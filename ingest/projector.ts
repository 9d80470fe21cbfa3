import { equalBytes } from "#domain/log/bytes.ts";
import type { Store, Tx } from "#store/connect.ts";
import { type DeadLetter, recordDeadLetters } from "#store/dead-letters.ts";
import { dropExcursions, saveExcursions } from "#store/excursions.ts";
import { recordFindings } from "#store/findings.ts";
import { findTracked, readProgress, type SequenceKey } from "#store/gateway-progress.ts";
import { loadGateways } from "#store/gateway-registry.ts";
import { holdCursor, type InboxMessage, moveCursor, readCursors, readInbox } from "#store/inbox.ts";
import { markSealedDirty, markWindowsLate, type TouchedWindow } from "#store/late-windows.ts";
import { type LatestValue, moveLatestValues, newestTimes } from "#store/latest-values.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { admitBoots } from "./admit-boots.ts";
import type { DecodedMessage, MessagePosition } from "./decode-message.ts";
import type { Decoder } from "./decoder.ts";
import type { Revision } from "./follow-excursions.ts";
import { type Judged, judgeReadings, setRefusedAside } from "./judge-readings.ts";
import { type Candidate, type OpenedMessage, openReadings, type SeqUse, windowOf } from "./open-readings.ts";
import { readKept } from "./read-kept.ts";
import { settleExcursions } from "./settle-excursions.ts";
import { aliasesFor } from "./sparkplug/follow-sparkplug.ts";

/** What the projector works with; `graceMs` is the time windows wait before sealing. */
export interface ProjectorParts {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly decoder: Decoder;
  readonly graceMs: number;
}

type NumberedMessage = Extract<DecodedMessage, { kind: "readings" }> & { readonly position: MessagePosition };

const batchLimits = { limit: 500, maxBytes: 4 * 1024 * 1024 };

interface Batch {
  readonly position: number;
  readonly last: number;
  readonly opened: readonly OpenedMessage[];
  readonly candidates: readonly Candidate[];
  readonly newest: ReadonlyMap<string, number>;
}

/**
 * Takes the next messages of the inbox to their end: readings to the readings store, then everything else and the
 * cursor in one transaction. Killed in between, it comes to the same end again: every write to the readings store is
 * repeatable, and a reading knows the message it came from. Gives the number of messages, 0 when none wait.
 * @throws when the records or the readings store can't answer now; the cursor has not moved then
 */
export async function projectNext(parts: ProjectorParts, now: number): Promise<number> {
  const batch = await parts.store.as({ role: "worker" }, (tx) => readBatch(tx, parts));
  if (!batch) return 0;
  const kept = await readKept(parts.readings, batch.candidates, batch.newest);
  const judged = await write(parts.readings, judgeReadings(batch.candidates, kept));
  const revision = await settleExcursions(parts, judged.stored, batch.newest, now);
  await parts.store.as({ role: "worker" }, (tx) =>
    settle(tx, batch, judged, revision, { now, graceMs: parts.graceMs }),
  );
  parts.decoder.forgetUpTo(batch.last);
  return batch.opened.length;
}

async function readBatch(tx: Tx, { decoder, graceMs }: ProjectorParts): Promise<Batch | null> {
  const { projector, tracker } = await readCursors(tx);
  const messages = await readInbox(tx, {
    position: projector.position,
    upTo: tracker.position,
    ...batchLimits,
  });
  const last = messages.at(-1);
  if (!last) return null;
  const gateways = await loadGateways(
    tx,
    messages.map((message) => message.gateway),
  );
  const aliases = await aliasesFor(tx, messages, gateways);
  const decoded = messages.map((message) =>
    decoder.recall(message, gateways.get(message.gateway), aliases.get(message.id) ?? null),
  );
  const useOf = await seqUses(tx, messages, decoded);
  const opened = messages.map((message, at) => {
    const gateway = gateways.get(message.gateway);
    return openReadings(message, decoded[at] as DecodedMessage, useOf(at), gateway, graceMs);
  });
  const candidates = opened.flatMap((message) => message.candidates);
  const newest = await newestTimes(
    tx,
    candidates.map((candidate) => candidate.reading),
  );
  return { position: projector.position, last: last.id, opened, candidates, newest };
}

/** How the tracker noted each message's seq. */
async function seqUses(
  tx: Tx,
  messages: readonly InboxMessage[],
  decoded: readonly DecodedMessage[],
): Promise<(at: number) => SeqUse> {
  const keys = decoded.map((message) => (isNumbered(message) ? keyOf(message) : null));
  const tracked = await findTracked(
    tx,
    keys.filter((key) => key !== null),
  );
  const firstOf = new Map(tracked.map((row) => [keyText(row), row]));
  const untracked = decoded.filter(isNumbered).filter((message) => !firstOf.has(keyText(keyOf(message))));
  const refused = await refusedForBoot(tx, untracked);
  return (at) => {
    const key = keys[at];
    const message = messages[at];
    const first = key ? firstOf.get(keyText(key)) : undefined;
    if (!first || !message)
      return refused.has(decoded[at] as NumberedMessage) ? "boot too many" : "untracked";
    if (first.inboxId === message.id) return "first";
    return equalBytes(first.sha256, message.sha256) ? "again" : "conflict";
  };
}

/** Which of these messages the tracker left out because their gateway has as many boots as are kept. */
async function refusedForBoot(tx: Tx, untracked: readonly NumberedMessage[]): Promise<Set<NumberedMessage>> {
  const positions = untracked.map(({ position }) => position);
  const known = await readProgress(
    tx,
    positions.map(({ gateway }) => gateway),
    positions.map(({ boot }) => boot),
  );
  return new Set((await admitBoots(tx, untracked, known)).refused);
}

function isNumbered(message: DecodedMessage): message is NumberedMessage {
  return message.kind === "readings" && message.position !== null;
}

function keyOf({ position }: NumberedMessage): SequenceKey {
  const { tenant, gateway, boot, seq } = position;
  return { tenantId: tenant, gatewayId: gateway, boot, seq };
}

function keyText({ tenantId, gatewayId, boot, seq }: SequenceKey): string {
  return `${tenantId}/${gatewayId}/${boot}/${seq}`;
}

async function write(readings: ReadingsStore, judged: Judged): Promise<Judged> {
  if (judged.stored.length === 0) return judged;
  return setRefusedAside(judged, await readings.write(judged.stored.map((candidate) => candidate.reading)));
}

async function settle(
  tx: Tx,
  batch: Batch,
  judged: Judged,
  revision: Revision,
  { now, graceMs }: { now: number; graceMs: number },
): Promise<void> {
  await holdCursor(tx, "projector", batch.position);
  const letters: DeadLetter[] = [...batch.opened.flatMap((message) => message.letters), ...judged.letters];
  await recordDeadLetters(tx, letters, now);
  await recordFindings(tx, judged.findings, now);
  await moveLatestValues(tx, newestValues(judged.stored));
  await dropExcursions(tx, revision.drop);
  await saveExcursions(tx, revision.save, now);
  await markWindows(tx, judged.stored, graceMs);
  const sum = (pick: (message: OpenedMessage) => number) =>
    batch.opened.reduce((n, message) => n + pick(message), 0);
  await moveCursor(tx, "projector", batch.last, {
    received: sum((message) => message.received),
    stored: judged.stored.length,
    duplicate: sum((message) => message.duplicate) + judged.duplicate,
    deadLetter: letters.length,
  });
}

function newestValues(stored: readonly Candidate[]): LatestValue[] {
  const newest = new Map<string, LatestValue>();
  for (const { reading } of stored) {
    const { tenant, point, ts, tMilliC, rhPermille, err, receivedAt } = reading;
    const key = `${tenant}/${point}`;
    if (ts > (newest.get(key)?.ts ?? Number.NEGATIVE_INFINITY)) {
      newest.set(key, { tenantId: tenant, point, ts, tMilliC, rhPermille, err, receivedAt });
    }
  }
  return [...newest.values()];
}

/** A window is asked for (again) when a reading came after its grace, or while it was being sealed. */
async function markWindows(tx: Tx, stored: readonly Candidate[], graceMs: number): Promise<void> {
  const late = new Map<string, TouchedWindow>();
  const live = new Map<string, TouchedWindow>();
  for (const candidate of stored) {
    const window = windowOf(candidate);
    if (!window) continue;
    const isAfterGrace = candidate.reading.receivedAt >= window.toMs + graceMs;
    (isAfterGrace ? late : live).set(`${window.tenant}/${window.equipmentId}/${window.fromMs}`, window);
  }
  await markWindowsLate(tx, [...late.values()]);
  await markSealedDirty(tx, [...live.values()]);
}
