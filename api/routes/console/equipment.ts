import { createRoute, z } from "@hono/zod-openapi";
import { showEquipment } from "#services/console/show-equipment.ts";
import { chartShape, equipmentShape } from "../../console-shapes.ts";
import { type Api, type ApiParts, contextOf } from "../../parts.ts";
import { jsonOf, problems, withSession } from "../../shapes.ts";
import { isoTimes } from "./iso-times.ts";

const params = z.object({
  label: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "must be 32 hex digits in lower case")
    .openapi({ description: "the label printed on the equipment" }),
});
const moment = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text));
const query = z.strictObject({
  from: moment.optional().openapi({ type: "string", format: "date-time" }),
  to: moment.optional().openapi({ type: "string", format: "date-time" }),
});

const equipment = createRoute({
  method: "get",
  path: "/v1/equipment/{label}",
  tags: ["console"],
  summary: "One piece of equipment, how far it is sealed and anchored, its open alarms",
  security: withSession,
  request: { params },
  responses: {
    200: jsonOf(equipmentShape, "the equipment"),
    ...problems("UNAUTHENTICATED", "NOT_FOUND"),
  },
});
const chart = createRoute({
  method: "get",
  path: "/v1/equipment/{label}/chart",
  tags: ["console"],
  summary:
    "Its readings in buckets, with excursions, exact gaps, doors and power cuts; the last 24 h, or up to 400 days",
  security: withSession,
  request: { params, query },
  responses: {
    200: jsonOf(chartShape, "the chart"),
    ...problems("UNAUTHENTICATED", "NOT_FOUND", "TOO_MANY"),
  },
});

/** One piece of equipment and its chart. */
export function equipmentRoutes(app: Api, parts: ApiParts): void {
  app.openapi(equipment, async (c) => {
    const { label } = c.req.valid("param");
    return c.json(isoTimes(await showEquipment(contextOf(parts, c), label)), 200);
  });
  app.openapi(chart, async (c) => {
    const { label } = c.req.valid("param");
    return c.json(await parts.charts.chart(contextOf(parts, c), label, c.req.valid("query")), 200);
  });
}
