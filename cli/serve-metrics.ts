import { createMetricsApp } from "#api/metrics-app.ts";
import { type ApiServer, startServer } from "#api/server.ts";
import { createMetrics } from "./metrics.ts";
import type { ServedParts } from "./serve-api.ts";
import { readStatus } from "./status.ts";

/**
 * Health and figures of a process without the API. Several such processes may share a machine, so one whose port is taken
 * goes on without figures, and says so.
 */
export async function serveMetrics(
  running: Pick<ServedParts, "store" | "readings" | "config" | "log" | "anchor" | "ingest">,
): Promise<ApiServer | null> {
  const { store, readings, config, log, anchor, ingest } = running;
  const status = () => readStatus({ store, readings, anchor, ingest });
  const app = createMetricsApp({ status, metrics: createMetrics(status, ingest) });
  const place = { host: config.metricsHost, port: config.metricsPort, setBy: "METRICS_PORT" };
  return startServer(app, place).catch((error: unknown) => {
    log.warn({ err: error }, "no figures of this process can be had");
    return null;
  });
}
