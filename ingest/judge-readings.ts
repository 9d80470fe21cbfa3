import type { DeadLetter } from "#store/dead-letters.ts";
import type { Finding } from "#store/findings.ts";
import type { Reading, RefusedReading } from "#store/readings/readings-store.ts";
import { type Candidate, readingLetter } from "./open-readings.ts";
import { openSeenReadings } from "./seen-readings.ts";

/** The end of each candidate: to be stored, a duplicate, or set aside. */
export interface Judged {
  readonly stored: readonly Candidate[];
  readonly duplicate: number;
  readonly letters: readonly DeadLetter[];
  readonly findings: readonly Finding[];
}

/** Measuring point and device time: what makes a reading one of its kind. */
export function readingKey({ tenant, point, ts }: Pick<Reading, "tenant" | "point" | "ts">): string {
  return `${tenant}/${point}/${ts}`;
}

/**
 * Decides in inbox order: the first value of a key stays, the same value again is a duplicate, another one a
 * conflict. `kept` holds what the store has at these keys; a reading it has from this very message was written by an
 * attempt that didn't finish, and is stored.
 */
export function judgeReadings(candidates: readonly Candidate[], kept: ReadonlyMap<string, Reading>): Judged {
  const seen = openSeenReadings();
  const stored: Candidate[] = [];
  const letters: DeadLetter[] = [];
  const findings: Finding[] = [];
  let duplicate = 0;
  for (const candidate of candidates) {
    const { reading, place } = candidate;
    const inBatch = seen.find(place, reading.ts);
    const before = inBatch ?? (kept.size === 0 ? undefined : kept.get(readingKey(reading)));
    const isOwnWrite = inBatch === undefined && before?.inboxId === reading.inboxId;
    if (before === undefined || (isOwnWrite && sameValue(before, reading))) {
      seen.add(place, reading);
      stored.push(candidate);
    } else if (sameValue(before, reading)) duplicate += 1;
    else {
      letters.push(conflictLetter(candidate, before));
      findings.push(conflictFinding(reading, before));
    }
  }
  return { stored, duplicate, letters, findings };
}

/** The readings the store refused for good are dead letters after all. */
export function setRefusedAside(judged: Judged, refused: readonly RefusedReading[]): Judged {
  if (refused.length === 0) return judged;
  const detailOf = new Map(refused.map(({ reading, detail }) => [reading, detail]));
  const stored = judged.stored.filter(({ reading }) => !detailOf.has(reading));
  const letters = judged.stored.flatMap((candidate): DeadLetter[] => {
    const detail = detailOf.get(candidate.reading);
    if (detail === undefined) return [];
    const { message, index, reading } = candidate;
    return [
      readingLetter(message, reading.tenant, {
        index,
        value: valuesOf(reading),
        reason: "STORE_REFUSED",
        detail,
      }),
    ];
  });
  return { ...judged, stored, letters: [...judged.letters, ...letters] };
}

function sameValue(a: Reading, b: Reading): boolean {
  return JSON.stringify(valuesOf(a)) === JSON.stringify(valuesOf(b));
}

function valuesOf({ ts, tMilliC, rhPermille, door, power, lat, lon, err }: Reading) {
  return { ts, tMilliC, rhPermille, door, power, lat, lon, err };
}

function conflictLetter({ message, index, reading }: Candidate, before: Reading): DeadLetter {
  const detail = `message ${before.inboxId} gave another value for this measuring point and time`;
  return readingLetter(message, reading.tenant, {
    index,
    value: valuesOf(reading),
    reason: "CONFLICT",
    detail,
  });
}

function conflictFinding(reading: Reading, before: Reading): Finding {
  const { tenant, point, inboxId } = reading;
  const detail = { kept: valuesOf(before), keptInboxId: before.inboxId, refused: valuesOf(reading), inboxId };
  return { tenant, kind: "READING_CONFLICT", subject: point, detail };
}
