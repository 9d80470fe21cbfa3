import type { InboxMessage } from "#store/inbox.ts";
import { byPointAndTime, type Reading, type ReadingsStore } from "#store/readings/readings-store.ts";
import type { UnsealedReadings } from "./audit-unsealed.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { questionsOf } from "./questions-of.ts";
import { severalAtOnce } from "./several-at-once.ts";

/** Reads messages once more, in order: of their readings those that were to be stored, or were known already. */
export type ReadAgain = (
  messages: readonly InboxMessage[],
) => AsyncIterable<{ readonly candidates: readonly { readonly reading: Reading }[] }>;

/** Whose readings are looked at: `from` ≤ ts < `to`, epoch ms. */
interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

const readingsAtOnce = 100_000;
const questionsAtOnce = 3;
const dayMs = 86_400_000;

/**
 * Holds the readings that messages hold against the readings store: each must be there as it was sent. Of two messages with one
 * reading the first counts. What the store holds beyond them is found by counting (`countOf`): a number for each equipment and day.
 */
export class MessageReadings {
  readonly findings: Finding[] = [];
  readonly #readings: ReadingsStore;
  readonly #readAgain: ReadAgain;
  readonly #span: TimeSpan;
  readonly #sealedTo: ReadonlyMap<string, number>;
  /** By equipment and day. */
  readonly #counts = new Map<string, Map<number, number>>();
  readonly #unsealed = new Map<string, UnsealedReadings>();
  #waiting: Reading[] = [];
  /** The comparisons before, one after another: signatures of the next messages are checked meanwhile. */
  #comparing: Promise<void> = Promise.resolve();

  /** `sealedTo` is the end of each equipment's newest sealed window: up to there readings are counted by day. */
  constructor(
    { readings, readAgain }: { readonly readings: ReadingsStore; readonly readAgain: ReadAgain },
    span: TimeSpan,
    sealedTo: ReadonlyMap<string, number>,
  ) {
    this.#readings = readings;
    this.#readAgain = readAgain;
    this.#span = span;
    this.#sealedTo = sealedTo;
  }

  /** Takes the next messages; the ones after may be handed in meanwhile. */
  async add(messages: readonly InboxMessage[]): Promise<void> {
    for await (const { candidates } of this.#readAgain(messages)) {
      for (const { reading } of candidates) {
        if (reading.ts >= this.#span.from && reading.ts < this.#span.to) this.#waiting.push(reading);
      }
      if (this.#waiting.length < readingsAtOnce) continue;
      const before = this.#comparing;
      this.#beginComparing();
      await before;
    }
  }

  /** Ends it: nothing waits any more. */
  async end(): Promise<void> {
    this.#beginComparing();
    await this.#comparing;
  }

  /** How many readings of an equipment (`tenant/id`) and UTC day are in the store as messages gave them. */
  countOf(equipment: string, day: number): number {
    return this.#counts.get(equipment)?.get(day) ?? 0;
  }

  /** The readings of an equipment (`tenant/id`) after its newest sealed window; null without any. */
  unsealedOf(equipment: string): UnsealedReadings | null {
    return this.#unsealed.get(equipment) ?? null;
  }

  #beginComparing(): void {
    const asked = this.#waiting;
    this.#waiting = [];
    this.#comparing = this.#comparing.then(() => this.#compare(asked));
    this.#comparing.catch(() => undefined); // told when it is awaited
  }

  async #compare(asked: readonly Reading[]): Promise<void> {
    await severalAtOnce(questionsOf(asked), questionsAtOnce, async ({ range, sent }) => {
      this.#hold(sent.toSorted(byPointAndTime), await this.#readings.range(range));
    });
  }

  /** Both are in the order of point and time. */
  #hold(sent: readonly Reading[], kept: readonly Reading[]): void {
    let at = 0;
    for (const reading of sent) {
      while (at < kept.length && byPointAndTime(kept[at] as Reading, reading) < 0) at += 1;
      const next = kept[at];
      const row = next !== undefined && byPointAndTime(next, reading) === 0 ? next : undefined;
      if (row === undefined) this.#find("READING_MISSING", reading, "is not in the readings store");
      else if (row.inboxId === reading.inboxId) this.#count(row);
      if (row === undefined || row.inboxId < reading.inboxId) continue;
      if (!isAsSent(row, reading))
        this.#find("READING_CHANGED", reading, "is another one in the readings store");
    }
  }

  #count({ tenant, equipmentId, ts }: Reading): void {
    const equipment = `${tenant}/${equipmentId}`;
    if (ts >= (this.#sealedTo.get(equipment) ?? Number.NEGATIVE_INFINITY)) {
      const { count, first } = this.#unsealed.get(equipment) ?? { count: 0, first: ts };
      this.#unsealed.set(equipment, { count: count + 1, first: Math.min(first, ts) });
      return;
    }
    const days = this.#counts.get(equipment) ?? new Map<number, number>();
    const day = Math.floor(ts / dayMs);
    this.#counts.set(equipment, days.set(day, (days.get(day) ?? 0) + 1));
  }

  #find(kind: FindingKind, { tenant, equipmentId, point, ts, inboxId }: Reading, words: string): void {
    const detail = `the reading of point ${point} at ${new Date(ts).toISOString()} in message ${inboxId} ${words}`;
    const equipment = equipmentId === "" ? null : `${tenant}/${equipmentId}`;
    this.findings.push({ kind, equipment, window: null, detail });
  }
}

/** Where a sensor lay may have been said after the reading came, so that its equipment isn't compared; the windows do that. */
function isAsSent(row: Reading, sent: Reading): boolean {
  // Field by field, as this runs for every reading.
  return (
    row.tMilliC === sent.tMilliC &&
    row.rhPermille === sent.rhPermille &&
    row.door === sent.door &&
    row.power === sent.power &&
    row.lat === sent.lat &&
    row.lon === sent.lon &&
    row.err === sent.err &&
    row.receivedAt === sent.receivedAt &&
    row.signedBy === sent.signedBy &&
    row.inboxId === sent.inboxId
  );
}
