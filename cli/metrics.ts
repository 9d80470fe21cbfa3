import { collectDefaultMetrics, Gauge, Registry } from "prom-client";
import type { ServiceStatus } from "./status.ts";

/** Prometheus metrics of a process, read from its status at each scrape. */
export function createMetrics(status: () => Promise<ServiceStatus>): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const up = new Gauge({
    name: "coldmark_part_up",
    help: "1 while the part answers",
    labelNames: ["part"],
    registers: [registry],
  });
  new Gauge({
    name: "coldmark_readings",
    help: "readings by their end; received = stored + duplicate + deadLetter + what inFlight messages hold",
    labelNames: ["end"],
    registers: [registry],
    async collect() {
      const { parts } = await status();
      for (const [part, state] of Object.entries(parts))
        if (typeof state === "string") up.set({ part }, state === "up" ? 1 : 0);
      const counters = (parts.ingest as { counters?: Record<string, number> } | null)?.counters ?? {};
      for (const [end, count] of Object.entries(counters)) this.set({ end }, count);
    },
  });
  return registry;
}
