import { createRoute, z } from "@hono/zod-openapi";
import { recallLot } from "#services/packs/recall-lot.ts";
import { type Api, type ApiParts, contextOf } from "../parts.ts";
import { readShape } from "../read-json.ts";
import { bodyOf, jsonOf, problems, withKey } from "../shapes.ts";

const limits = { maxBytes: 8_192, maxDepth: 2 };
const keepable = (text: string) => text.isWellFormed() && !text.includes("\0");
const body = z.strictObject({
  reason: z.string().trim().min(1).max(500).refine(keepable, "holds U+0000 or half a character"),
});
const recall = createRoute({
  method: "post",
  path: "/v1/lots/{gtin}/{lot}/recall",
  tags: ["packs"],
  summary: "Recalls a lot of your own product",
  security: withKey,
  request: {
    params: z.object({
      gtin: z.string().regex(/^\d{14}$/, "must have 14 digits"),
      lot: z.string().min(1).max(20),
    }),
    body: bodyOf(body),
  },
  responses: {
    200: jsonOf(z.object({ gtin: z.string(), lot: z.string(), since: z.iso.datetime() }), "recalled since"),
    ...problems("UNAUTHENTICATED", "NOT_FOUND", "TOO_LARGE", "UNSUPPORTED_MEDIA"),
  },
});

/** A maker's recall of a lot. */
export function recallRoutes(app: Api, parts: ApiParts): void {
  app.openapi(recall, async (c) => {
    const { gtin, lot } = c.req.valid("param");
    const { reason } = await readShape(c.req.raw, body, limits);
    const { since } = await recallLot(contextOf(parts, c), { gtin, lot, reason });
    return c.json({ gtin, lot, since: new Date(since).toISOString() }, 200);
  });
}
