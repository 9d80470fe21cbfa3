import type { Anchor } from "#anchor/run.ts";
import type { IngestStatus } from "#ingest/ingest-status.ts";
import type { Ingest } from "#ingest/run.ts";
import type { Store } from "#store/connect.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";

/** How every part fares; `missing` names what a ready service lacks. */
export interface ServiceStatus {
  readonly ready: boolean;
  readonly missing: readonly string[];
  readonly parts: Readonly<Record<string, unknown>> & {
    readonly ingest: IngestStatus | null;
    readonly log: ReturnType<Anchor["status"]> | null;
  };
}

/** The parts of a running process. */
export interface StatusParts {
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly anchor: Anchor | null;
  readonly ingest: Ingest | null;
}

/**
 * Asks every part how it fares; a part that is down is named and nothing else is affected. Low `funds` are told, but nothing is
 * missing yet.
 */
export async function readStatus({ store, readings, anchor, ingest }: StatusParts): Promise<ServiceStatus> {
  const up = (asked: Promise<unknown>) =>
    asked.then(
      () => "up",
      () => "down",
    );
  const [records, series, intake] = await Promise.all([
    up(store.ping()),
    up(readings.ping()),
    ingest?.status().catch(() => null),
  ]);
  const log = anchor?.status() ?? null;
  const states: Record<string, string | undefined> = {
    records,
    readings: series,
    broker: intake?.broker,
    chain: log?.chain,
  };
  const missing = Object.entries(states).flatMap(([part, state]) =>
    state === undefined || state === "up" ? [] : [part],
  );
  const funds = log?.funds ? { funds: log.funds.isLow ? "low" : "up" } : {};
  return {
    ready: missing.length === 0,
    missing,
    parts: { ...states, ...funds, ingest: intake ?? null, log },
  };
}
