import { createRoute } from "@hono/zod-openapi";
import { showLog } from "#services/console/log-overview.ts";
import { logShape } from "../../console-shapes.ts";
import { type Api, type ApiParts, contextOf } from "../../parts.ts";
import { jsonOf, problems, withSession } from "../../shapes.ts";
import { isoTimes } from "./iso-times.ts";

const overview = createRoute({
  method: "get",
  path: "/v1/log/overview",
  tags: ["console"],
  summary: "The log as it stands: checkpoints, anchors, seals, the chain",
  security: withSession,
  responses: { 200: jsonOf(logShape, "the log's state"), ...problems("UNAUTHENTICATED") },
});

const chainWords = ["up", "down", "absent", "fork", "disagree", "costly"] as const;

/** The log for people. */
export function logOverviewRoutes(app: Api, parts: ApiParts): void {
  app.openapi(overview, async (c) => {
    const { chain } = (await parts.status()).parts;
    const word = chainWords.find((known) => known === chain) ?? null;
    return c.json(isoTimes(await showLog(contextOf(parts, c), word)), 200);
  });
}
