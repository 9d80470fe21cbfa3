import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { Ingest } from "#ingest/run.ts";
import { collectIngest } from "./ingest-metrics.ts";
import { measureLag } from "./loop-lag.ts";
import type { ServiceStatus } from "./status.ts";

/**
 * Prometheus metrics of a process: its own, what its parts say in one status at each scrape, and, where it runs ingestion,
 * what reference/ingestion.md §6.9 names.
 */
export function createMetrics(
  status: () => Promise<ServiceStatus>,
  ingest: Pick<Ingest, "meters" | "skews"> | null,
): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  measureLag(registry);
  const asked = once(status);
  new Gauge({
    name: "coldmark_part_up",
    help: "1 while the part answers",
    labelNames: ["part"],
    registers: [registry],
    async collect() {
      for (const [part, state] of Object.entries((await asked()).parts))
        if (typeof state === "string") this.set({ part }, state === "up" ? 1 : 0);
    },
  });
  new Gauge({
    name: "coldmark_readings",
    help: "readings by their end; received = stored + duplicate + deadLetter + what inFlight messages hold",
    labelNames: ["end"],
    registers: [registry],
    async collect() {
      const counters = (await asked()).parts.ingest?.counters;
      for (const [end, count] of Object.entries(counters ?? ({} as Record<string, number>)))
        this.set({ end }, count);
    },
  });
  new Gauge({
    name: "coldmark_anchor_days_left",
    help: "days that the anchoring account's money lasts at the gas of the last 24 hours and the price of now",
    registers: [registry],
    async collect() {
      const days = (await asked()).parts.log?.funds?.daysLeft;
      if (typeof days === "number") this.set(days);
      else this.remove();
    },
  });
  if (ingest !== null) collectIngest(registry, ingest, asked);
  return registry;
}

/** All who ask before the answer came are given the same one: a scrape asks each metric at once. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | null = null;
  return () => {
    asked ??= ask().finally(() => {
      asked = null;
    });
    return asked;
  };
}
