import { createRoute, z } from "@hono/zod-openapi";
import { acknowledgeAlarm } from "#services/alarms/acknowledge-alarm.ts";
import { listAlarms } from "#services/alarms/list-alarms.ts";
import { acknowledgeShape, alarmShape, alarmsShape } from "../../console-shapes.ts";
import { pageQuery } from "../../page-query.ts";
import { type Api, type ApiParts, contextOf } from "../../parts.ts";
import { readShape } from "../../read-json.ts";
import { bodyOf, jsonOf, problems, withSession } from "../../shapes.ts";
import { isoTimes } from "./iso-times.ts";

const limitByDefault = 50;
const limitMax = 200;
const query = z.strictObject({
  state: z.enum(["open", "all"]).default("open"),
  ...pageQuery(limitMax),
});
const params = z.object({
  organisation: z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/, "must be an organisation's id"),
  id: z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "must be a whole number from 1")
    .transform(Number)
    .openapi({ type: "integer", minimum: 1 }),
});
const bodyLimits = { maxBytes: 8_192, maxDepth: 2 };
const body = acknowledgeShape.refine(
  ({ reason }) => reason.isWellFormed() && !reason.includes("\0"),
  "reason holds U+0000 or half a character",
);

const alarms = createRoute({
  method: "get",
  path: "/v1/alarms",
  tags: ["console"],
  summary: "Alarms, those that nobody acknowledged first, then newest first",
  security: withSession,
  request: { query },
  responses: { 200: jsonOf(alarmsShape, "a page of alarms"), ...problems("UNAUTHENTICATED") },
});
const acknowledge = createRoute({
  method: "post",
  path: "/v1/alarms/{organisation}/{id}/acknowledge",
  tags: ["console"],
  summary: "Acknowledge an alarm, once, saying what was done and why (a manager or operator)",
  security: withSession,
  request: { params, body: bodyOf(acknowledgeShape) },
  responses: {
    200: jsonOf(alarmShape, "the alarm, acknowledged"),
    ...problems("UNAUTHENTICATED", "NOT_FOUND", "CONFLICT", "TOO_LARGE", "UNSUPPORTED_MEDIA"),
  },
});

/** Alarms and their acknowledgement. */
export function alarmRoutes(app: Api, parts: ApiParts): void {
  app.openapi(alarms, async (c) => {
    const { state, limit = limitByDefault, cursor } = c.req.valid("query");
    const page = await listAlarms(contextOf(parts, c), { state, limit, ...(cursor && { cursor }) });
    return c.json(isoTimes(page), 200);
  });
  app.openapi(acknowledge, async (c) => {
    const said = await readShape(c.req.raw, body, bodyLimits);
    const alarm = await acknowledgeAlarm(contextOf(parts, c), { ...c.req.valid("param"), ...said });
    return c.json(isoTimes(alarm), 200);
  });
}
