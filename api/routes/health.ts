import { createRoute, z } from "@hono/zod-openapi";
import type { Api, ApiParts } from "../parts.ts";
import { jsonOf, textOf } from "../shapes.ts";

const readiness = z
  .object({ ready: z.boolean(), missing: z.array(z.string()), parts: z.record(z.string(), z.unknown()) })
  .openapi("Readiness");

const live = createRoute({
  method: "get",
  path: "/health/live",
  tags: ["operation"],
  summary: "Whether the process runs",
  responses: { 200: jsonOf(z.object({ live: z.literal(true) }), "it runs") },
});
const ready = createRoute({
  method: "get",
  path: "/health/ready",
  tags: ["operation"],
  summary: "Whether requests can be served, and which parts are missing",
  responses: { 200: jsonOf(readiness, "they can"), 503: jsonOf(readiness, "they can't") },
});
const metrics = createRoute({
  method: "get",
  path: "/metrics",
  tags: ["operation"],
  summary: "Figures for Prometheus",
  responses: { 200: textOf("text/plain", "Prometheus text format") },
});

/** Health for whoever restarts or routes, and figures. */
export function healthRoutes(app: Api, parts: Pick<ApiParts, "status" | "metrics">): void {
  app.openapi(live, (c) => c.json({ live: true as const }, 200));
  app.openapi(ready, async (c) => {
    const status = await parts.status();
    const told = { ready: status.ready, missing: [...status.missing], parts: { ...status.parts } };
    return status.ready ? c.json(told, 200) : c.json(told, 503);
  });
  app.openapi(metrics, async (c) =>
    c.body(await parts.metrics.metrics(), 200, { "Content-Type": parts.metrics.contentType }),
  );
}
