import { createRoute } from "@hono/zod-openapi";
import { describePerson } from "#services/people/describe-person.ts";
import { meShape } from "../console-shapes.ts";
import { type Api, type ApiParts, contextOf } from "../parts.ts";
import { jsonOf, problems } from "../shapes.ts";

const route = createRoute({
  method: "get",
  path: "/v1/me",
  tags: ["people"],
  security: [{ session: [] }],
  summary: "Who is signed in, and how far they see",
  responses: { 200: jsonOf(meShape, "you"), ...problems("UNAUTHENTICATED") },
});

/** Who the console is for. */
export function meRoutes(app: Api, parts: ApiParts): void {
  app.openapi(route, async (c) => {
    const { scopes } = c.get("actor");
    const { name, email, role, tenant, organisation } = await describePerson(contextOf(parts, c));
    return c.json(
      {
        ...{ name, email, role },
        organisation: { id: tenant, ...organisation },
        reach: scopes.includes("console:read-all") ? ("all" as const) : ("own" as const),
        mayAcknowledge: scopes.includes("alarms:acknowledge"),
      },
      200,
    );
  });
}
