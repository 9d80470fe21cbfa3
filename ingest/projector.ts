import type { Store, Tx } from "#store/connect.ts";
import { type DeadLetter, recordDeadLetters } from "#store/dead-letters.ts";
import { dropExcursions, saveExcursions } from "#store/excursions.ts";
import { recordFindings } from "#store/findings.ts";
import type { GatewayFacts } from "#store/gateway-registry.ts";
import { moveCursor, readCursors } from "#store/inbox.ts";
import { markSealedDirty, markWindowsLate } from "#store/late-windows.ts";
import { type LatestValue, moveLatestValues } from "#store/latest-values.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { readWhenChecked } from "./decode-message.ts";
import type { Revision } from "./follow-excursions.ts";
import type { GatewayBook } from "./gateway-book.ts";
import { type Judged, judgeReadings, setRefusedAside } from "./judge-readings.ts";
import type { IngestMeters } from "./meters.ts";
import { type NewestTimes, openNewestTimes } from "./newest-times.ts";
import { type Candidate, type OpenedMessage, openReadings, windowEnd } from "./open-readings.ts";
import { openQuietPoints } from "./quiet-points.ts";
import { readKept } from "./read-kept.ts";
import { readTracked } from "./read-tracked.ts";
import type { Relay } from "./relay.ts";
import { settleExcursions } from "./settle-excursions.ts";
import { aliasesFor } from "./sparkplug/follow-sparkplug.ts";
import { openTouched } from "./touched-windows.ts";
import type { Decode, TrackedMessage } from "./tracker.ts";

/** What the projector works with; `graceMs` is the time windows wait before sealing. */
export interface ProjectorParts {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly book: GatewayBook;
  readonly decode: Decode;
  /** From the tracker of this process, where there is one. */
  readonly incoming: Relay<TrackedMessage>;
  readonly graceMs: number;
  readonly meters: Pick<IngestMeters, "wrote">;
}

/** The inbox's second reader. */
export interface Projector {
  /**
   * Takes the next messages of the inbox to their end: readings to the readings store, then everything else and the
   * cursor in one transaction. Killed in between, it comes to the same end again: every write to the readings store is
   * repeatable, and a reading knows the message it came from. Gives the number of messages, 0 when none wait.
   * @throws when the records or the readings store can't answer now; the cursor has not moved then
   */
  next(now: number): Promise<number>;
  /** The id of the newest message that was taken to its end by this process, null before the first. */
  position(): number | null;
}

const batchLimits = { messages: 4_000, bytes: 8 * 1024 * 1024 };

interface Batch {
  readonly from: number;
  readonly to: number;
  readonly opened: readonly OpenedMessage[];
  readonly candidates: readonly Candidate[];
  readonly newest: ReadonlyMap<string, number>;
}

/**
 * Opens the projector. Where it stands, and the newest time of each measuring point, it remembers as long as nothing
 * fails: the cursor's own check tells when another process went on instead.
 */
export function createProjector(parts: ProjectorParts): Projector {
  const newestTimes = openNewestTimes();
  const quiet = openQuietPoints();
  let position: number | null = null;
  let reached: number | null = null;
  const step = async (from: number, now: number): Promise<Batch | null> => {
    const messages = parts.incoming.take(from, batchLimits) ?? (await readTracked(parts, from));
    if (messages.length === 0) return null;
    const batch = await openBatch(parts, from, messages, newestTimes);
    const kept = await readKept(parts.readings, batch.candidates, batch.newest);
    const judged = await write(parts, judgeReadings(batch.candidates, kept));
    const revision = await settleExcursions({ ...parts, quiet }, judged.stored, batch.newest, now);
    const { graceMs } = parts;
    await parts.store.as({ role: "worker" }, (tx) => settle(tx, batch, judged, revision, { now, graceMs }));
    newestTimes.keep(judged.stored);
    quiet.forget([...revision.save, ...revision.drop]);
    return batch;
  };
  return {
    next: async (now) => {
      const from = position ?? (await readPosition(parts.store));
      position = null;
      try {
        const batch = await step(from, now);
        position = batch?.to ?? from;
        reached = position;
        return batch?.opened.length ?? 0;
      } catch (error) {
        newestTimes.forget();
        quiet.forgetAll();
        throw error;
      }
    },
    position: () => reached,
  };
}

async function readPosition(store: Store): Promise<number> {
  return store.as({ role: "worker" }, async (tx) => (await readCursors(tx)).projector.position);
}

async function openBatch(
  { store, book, decode, graceMs }: ProjectorParts,
  from: number,
  tracked: readonly TrackedMessage[],
  newestTimes: NewestTimes,
): Promise<Batch> {
  const gateways = await book.read(
    tracked.map(({ message }) => message.gateway),
    tracked.at(-1)?.register,
  );
  const messages = await decodeByAliases({ store, decode }, tracked, gateways);
  const opened = messages.map((one) => openReadings(one, gateways.get(one.message.gateway), graceMs));
  const candidates = opened.flatMap((message) => message.candidates);
  const newest = await newestTimes.read(store, candidates);
  return { from, to: messages.at(-1)?.message.id ?? from, opened, candidates, newest };
}

/** Sparkplug messages anew: the tracker decoded them before the births they are read by were kept. */
async function decodeByAliases(
  { store, decode }: Pick<ProjectorParts, "store" | "decode">,
  tracked: readonly TrackedMessage[],
  gateways: ReadonlyMap<string, GatewayFacts>,
): Promise<readonly TrackedMessage[]> {
  const isSparkplug = ({ message }: TrackedMessage) =>
    gateways.get(message.gateway)?.source?.kind === "sparkplug";
  const own = tracked.filter(isSparkplug).map(({ message }) => message);
  if (own.length === 0) return tracked;
  const aliases = await store.as({ role: "worker" }, (tx) => aliasesFor(tx, own, gateways));
  const again = tracked.map(async (one) => {
    if (!isSparkplug(one)) return one;
    const { message } = one;
    const begun = decode(message, gateways.get(message.gateway), aliases.get(message.id) ?? null);
    return { ...one, decoded: await readWhenChecked(begun) };
  });
  return Promise.all(again);
}

async function write({ readings, meters }: ProjectorParts, judged: Judged): Promise<Judged> {
  if (judged.stored.length === 0) return judged;
  const begun = performance.now();
  const refused = await readings.write(judged.stored.map((candidate) => candidate.reading));
  meters.wrote(judged.stored.length - refused.length, performance.now() - begun);
  return setRefusedAside(judged, refused);
}

async function settle(
  tx: Tx,
  batch: Batch,
  judged: Judged,
  revision: Revision,
  { now, graceMs }: { now: number; graceMs: number },
): Promise<void> {
  const letters: DeadLetter[] = [...batch.opened.flatMap((message) => message.letters), ...judged.letters];
  const sum = (pick: (message: OpenedMessage) => number) =>
    batch.opened.reduce((n, message) => n + pick(message), 0);
  await moveCursor(tx, "projector", batch, {
    received: sum((message) => message.received),
    stored: judged.stored.length,
    duplicate: sum((message) => message.duplicate) + judged.duplicate,
    deadLetter: letters.length,
  });
  await recordDeadLetters(tx, letters, now);
  await recordFindings(tx, judged.findings, now);
  await moveLatestValues(tx, newestValues(judged.stored));
  await dropExcursions(tx, revision.drop);
  await saveExcursions(tx, revision.save, now);
  await markWindows(tx, judged.stored, graceMs);
}

function newestValues(stored: readonly Candidate[]): LatestValue[] {
  const newest = new Map<string, Candidate>();
  for (const candidate of stored) {
    const { place, reading } = candidate;
    if (reading.ts > (newest.get(place)?.reading.ts ?? Number.NEGATIVE_INFINITY))
      newest.set(place, candidate);
  }
  return [...newest.values()].map(
    ({ reading: { tenant, point, ts, tMilliC, rhPermille, err, receivedAt } }) => {
      return { tenantId: tenant, point, ts, tMilliC, rhPermille, err, receivedAt };
    },
  );
}

/** A window is asked for (again) when a reading came after its grace, or while it was being sealed. */
async function markWindows(tx: Tx, stored: readonly Candidate[], graceMs: number): Promise<void> {
  const late = openTouched();
  const live = openTouched();
  for (const { equipment, reading } of stored) {
    if (equipment === null) continue;
    const toMs = windowEnd(reading.ts, equipment);
    (reading.receivedAt >= toMs + graceMs ? late : live).add(reading.tenant, equipment, toMs);
  }
  await markWindowsLate(tx, late.windows());
  await markSealedDirty(tx, live.windows());
}
