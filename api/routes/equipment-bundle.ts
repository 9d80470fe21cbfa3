import { createRoute, z } from "@hono/zod-openapi";
import { type Api, type ApiParts, contextOf } from "../parts.ts";
import { problems, textOf, withKeyOrSession } from "../shapes.ts";

const params = z.object({
  label: z
    .string()
    .regex(/^[0-9a-f]{32}$/, "must be 32 hex digits in lower case")
    .openapi({ description: "the label printed on the equipment" }),
});
const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .openapi({ type: "string", format: "date-time" });
const query = z.strictObject({ from: moment, to: moment });

const bundle = createRoute({
  method: "get",
  path: "/v1/equipment/{label}/bundle",
  tags: ["log"],
  summary:
    "All that was sealed of one piece of equipment, with every reading, up to 400 days: check it with `coldmark verify`",
  description: "A machine needs the scope equipment:bundle. An authority may have that of any organisation.",
  security: withKeyOrSession,
  request: { params, query },
  responses: {
    200: textOf("application/json", "equipment bundle, version 1"),
    ...problems("UNAUTHENTICATED", "NOT_FOUND", "TOO_LARGE", "TOO_MANY"),
  },
});

/** Bundles of equipment for inspectors. */
export function equipmentBundleRoutes(app: Api, parts: ApiParts): void {
  app.openapi(bundle, async (c) => {
    const { label } = c.req.valid("param");
    const asked = [contextOf(parts, c), label, c.req.valid("query")] as const;
    const headers = {
      "Content-Type": "application/json",
      "Content-Disposition": `attachment; filename="${label}.bundle.json"`,
      "Cache-Control": "no-store",
    };
    if (c.req.method === "HEAD") {
      // Hono gives HEAD to this handler and drops the body unread, so none is made.
      await parts.equipmentBundles.admit(...asked);
      return c.body(null, 200, headers);
    }
    return c.body(await parts.equipmentBundles.bundle(...asked), 200, headers);
  });
}
