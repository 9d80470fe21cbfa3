import { createRoute } from "@hono/zod-openapi";
import { listSites } from "#services/console/list-sites.ts";
import { sitesShape } from "../../console-shapes.ts";
import { type Api, type ApiParts, contextOf } from "../../parts.ts";
import { jsonOf, problems, withSession } from "../../shapes.ts";
import { isoTimes } from "./iso-times.ts";

const route = createRoute({
  method: "get",
  path: "/v1/sites",
  tags: ["console"],
  summary: "All sites you may see with their equipment, worst first",
  security: withSession,
  responses: { 200: jsonOf(sitesShape, "the sites"), ...problems("UNAUTHENTICATED") },
});

/** The console's first screen. */
export function siteRoutes(app: Api, parts: ApiParts): void {
  app.openapi(route, async (c) => {
    const { asOf, sites } = isoTimes(await listSites(contextOf(parts, c)));
    return c.json({ asOf, sites }, 200);
  });
}
