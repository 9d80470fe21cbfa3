import type { Store } from "#store/connect.ts";
import { readCursors, waitingAbove } from "#store/inbox.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import type { Intake } from "./accept.ts";
import type { Broker } from "./broker.ts";

/** How ingestion fares. Readings: received = stored + duplicate + deadLetter; `inFlight` counts messages not judged yet. */
export interface IngestStatus {
  readonly broker: "up" | "down";
  readonly inbox: "up" | "down";
  readonly readings: "up" | "down";
  /** Whether this process reads the inbox on; another one does otherwise. */
  readonly leads: boolean;
  /** Messages that came and are not acknowledged, and how long the oldest that should be waits. */
  readonly unacked: { readonly messages: number; readonly oldestMs: number };
  /** Messages that wait for the projector and the age of the oldest; null when the records can't say. */
  readonly lag: { readonly messages: number; readonly ageMs: number } | null;
  readonly counters: {
    readonly received: number;
    readonly stored: number;
    readonly duplicate: number;
    readonly deadLetter: number;
    readonly inFlight: number;
  } | null;
}

/** Asks the parts how they fare. */
export async function tellStatus(parts: {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly clock: () => number;
  readonly broker: Broker;
  readonly intake: Intake;
  readonly leads: () => boolean;
}): Promise<IngestStatus> {
  const { store, readings, clock, broker, intake } = parts;
  const inReadings = readings.ping().then(
    () => "up" as const,
    () => "down" as const,
  );
  const inRecords = store
    .as({ role: "worker" }, async (tx) => {
      const { projector } = await readCursors(tx);
      return { projector, waiting: await waitingAbove(tx, projector.position) };
    })
    .catch(() => null);
  const [readingsState, records] = [await inReadings, await inRecords];
  const { messages = 0, oldest = null } = records?.waiting ?? {};
  const { received = 0, stored = 0, duplicate = 0, deadLetter = 0 } = records?.projector ?? {};
  return {
    broker: broker.state(),
    inbox: intake.trouble() === null ? "up" : "down",
    readings: readingsState,
    leads: parts.leads(),
    unacked: { messages: intake.waiting() + broker.unacknowledged(), oldestMs: intake.oldestWaitMs() },
    lag: records && { messages, ageMs: oldest === null ? 0 : Math.max(0, clock() - oldest) },
    counters: records && { received, stored, duplicate, deadLetter, inFlight: messages },
  };
}
