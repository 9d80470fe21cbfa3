import { Gauge, type Registry } from "prom-client";
import type { IngestStatus } from "#ingest/ingest-status.ts";
import type { Ingest } from "#ingest/run.ts";
import type { ServiceStatus } from "./status.ts";

/** What a gauge says while nobody can say it: Prometheus draws nothing, and no alarm takes it for a zero. */
const unknown = Number.NaN;

const gauges: readonly {
  name: string;
  help: string;
  of: (status: IngestStatus) => number | null | undefined;
}[] = [
  {
    ...{ name: "ingest_unacked", help: "messages that came and are not acknowledged" },
    of: ({ unacked }) => unacked.messages,
  },
  {
    ...{ name: "ingest_oldest_unacked_seconds", help: "how long the oldest of them waits" },
    of: ({ unacked }) => unacked.oldestMs / 1_000,
  },
  {
    ...{ name: "ingest_inbox_rows", help: "messages in the inbox that wait for the projector" },
    of: ({ lag }) => lag?.messages,
  },
  {
    ...{ name: "ingest_inbox_oldest_seconds", help: "age of the oldest of them" },
    of: ({ lag }) => lag && lag.ageMs / 1_000,
  },
];

/** Adds the metrics of ingestion: its meters, what its status says, and the clocks of its gateways. */
export function collectIngest(
  registry: Registry,
  ingest: Pick<Ingest, "meters" | "skews">,
  status: () => Promise<ServiceStatus>,
): void {
  for (const metric of ingest.meters.all) registry.registerMetric(metric);
  for (const { name, help, of } of gauges) {
    new Gauge({
      ...{ name, help, registers: [registry] },
      async collect() {
        const told = (await status()).parts.ingest;
        this.set((told && of(told)) ?? unknown);
      },
    });
  }
  new Gauge({
    name: "gateway_skew_seconds",
    help: "how far a gateway's clock is behind ours (negative: ahead), of the 1,000 furthest off",
    labelNames: ["gateway"],
    registers: [registry],
    async collect() {
      const skews = await ingest.skews().catch(() => []);
      this.reset();
      for (const { gateway, skewMs } of skews) this.set({ gateway }, skewMs / 1_000);
    },
  });
}
