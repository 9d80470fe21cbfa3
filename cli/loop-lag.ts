import { monitorEventLoopDelay } from "node:perf_hooks";
import { Gauge, type Registry } from "prom-client";

const resolutionMs = 10;
const quantiles = { "0.5": 50, "0.99": 99, "1": 100 };

/** Adds how late the event loop turned since the last scrape. */
export function measureLag(registry: Registry): void {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  new Gauge({
    name: "event_loop_lag_seconds",
    help: "how late the event loop turned since the last scrape",
    labelNames: ["quantile"],
    registers: [registry],
    collect() {
      for (const [quantile, percentile] of Object.entries(quantiles)) {
        // The timer's own period is part of what is measured.
        const lateMs = delays.percentile(percentile) / 1e6 - resolutionMs;
        this.set({ quantile }, Math.max(0, lateMs) / 1_000);
      }
      delays.reset();
    },
  });
}
