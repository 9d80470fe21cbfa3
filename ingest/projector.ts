import type { Store, Tx } from "#store/connect.ts";
import type { DeadLetter } from "#store/dead-letters.ts";
import { dropExcursions, saveExcursions } from "#store/excursions.ts";
import { type Finding, recordFindings } from "#store/findings.ts";
import { moveCursor, readCursors } from "#store/inbox.ts";
import { markSealedDirty, markWindowsLate } from "#store/late-windows.ts";
import { type LatestValue, moveLatestValues } from "#store/latest-values.ts";
import { type FullDay, recordDeadLetters } from "#store/record-dead-letters.ts";
import type { Revision } from "./follow-excursions.ts";
import { openNewestTimes } from "./newest-times.ts";
import { openOneAhead } from "./one-ahead.ts";
import { type Candidate, type OpenedMessage, windowEnd } from "./open-readings.ts";
import { openQuietPoints } from "./quiet-points.ts";
import { settleExcursions } from "./settle-excursions.ts";
import { openTouched } from "./touched-windows.ts";
import { type WriteParts, type WrittenBatch, writeReadings } from "./write-readings.ts";

/** What the projector works with; of one gateway's dead letters `deadLettersADay` get rows, the rest are counted. */
export type ProjectorParts = Omit<WriteParts, "newestTimes"> & { readonly deadLettersADay: number };

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
  /** Goes on where the records say: another process may have gone on meanwhile. */
  forget(): void;
  /** Begins nothing ahead from now on; resolves when what was begun has ended. */
  end(): Promise<void>;
}

/** After a larger batch nothing is begun: two of that kind would fill the memory, and hold this one's cursor for long. */
const aheadReadingsMax = 50_000;

/**
 * Opens the projector. While one batch is settled in the records, the next one is written to the readings store already. Where it
 * stands, and the newest time of each measuring point, it remembers as long as nothing fails: the cursor's own check tells when
 * another process went on instead.
 */
export function createProjector(parts: ProjectorParts): Projector {
  const newestTimes = openNewestTimes();
  const quiet = openQuietPoints();
  const batches = openOneAhead({
    open: (from) => writeReadings({ ...parts, newestTimes }, from),
    readPosition: () => {
      // Only now, with nothing under way: what is remembered must never be older than where the records stand.
      newestTimes.forget();
      return readPosition(parts.store);
    },
  });
  const forget = (): void => {
    batches.forget();
    quiet.forgetAll();
  };
  let reached: number | null = null;
  const step = async (now: number): Promise<number> => {
    const batch = await batches.next();
    if (batch.opened.length === 0) {
      reached = batch.to;
      return 0;
    }
    const { stored } = batch.judged;
    const revision = await settleExcursions({ ...parts, quiet }, stored, batch.newest, now);
    newestTimes.keep(stored);
    const settling = parts.store.as({ role: "worker" }, (tx) =>
      settle(tx, batch, revision, { now, ...parts }),
    );
    if (stored.length < aheadReadingsMax) batches.begin(batch.to);
    await settling;
    quiet.forget([...revision.save, ...revision.drop]);
    reached = batch.to;
    return batch.opened.length;
  };
  return {
    next: (now) =>
      step(now).catch((error: unknown) => {
        forget();
        throw error;
      }),
    position: () => reached,
    forget,
    end: batches.end,
  };
}

async function readPosition(store: Store): Promise<number> {
  return store.as({ role: "worker" }, async (tx) => (await readCursors(tx)).projector.position);
}

type Settling = Pick<ProjectorParts, "graceMs" | "deadLettersADay"> & { readonly now: number };

async function settle(
  tx: Tx,
  batch: WrittenBatch,
  revision: Revision,
  { now, graceMs, deadLettersADay: mostADay }: Settling,
): Promise<void> {
  const { judged } = batch;
  const letters: DeadLetter[] = [...batch.opened.flatMap((message) => message.letters), ...judged.letters];
  const sum = (pick: (message: OpenedMessage) => number) =>
    batch.opened.reduce((n, message) => n + pick(message), 0);
  await moveCursor(tx, "projector", batch, {
    received: sum((message) => message.received),
    stored: judged.stored.length,
    duplicate: sum((message) => message.duplicate) + judged.duplicate,
    deadLetter: letters.length,
  });
  const full = await recordDeadLetters(tx, letters, { at: now, mostADay });
  await recordFindings(tx, [...judged.findings, ...full.flatMap(findingOf)], now);
  await moveLatestValues(tx, newestValues(judged.stored));
  await dropExcursions(tx, revision.drop);
  await saveExcursions(tx, revision.save, now);
  await markWindows(tx, judged.stored, graceMs);
}

/** Of a gateway that nobody registered only its own letter tells. */
function findingOf({ tenant, gateway, day }: FullDay): Finding[] {
  return tenant === null ? [] : [{ tenant, kind: "DEAD_LETTERS_FULL", subject: gateway, detail: { day } }];
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
