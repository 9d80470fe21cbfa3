import { createRoute } from "@hono/zod-openapi";
import { describePerson } from "#services/people/describe-person.ts";
import { meShape } from "../console-shapes.ts";
import { type Api, type ApiParts, contextOf } from "../parts.ts";
import { setCookies } from "../set-cookies.ts";
import { jsonOf, problems, withSession } from "../shapes.ts";

const route = createRoute({
  method: "get",
  path: "/v1/me",
  tags: ["people"],
  security: withSession,
  summary: "Who is signed in, and how far they see; renews a session in use once a day",
  responses: { 200: jsonOf(meShape, "you"), ...problems("UNAUTHENTICATED") },
});

/** Who the console is for; it asks whenever a page of it loads, so that a session in use lasts. */
export function meRoutes(app: Api, parts: ApiParts): void {
  app.openapi(route, async (c) => {
    const { scopes } = c.get("actor");
    const { name, email, role, tenant, organisation } = await describePerson(contextOf(parts, c));
    setCookies(c, await parts.people.renew(c.req.header("cookie") ?? ""));
    return c.json(
      {
        ...{ name, email, role },
        organisation: { id: tenant, ...organisation },
        reach: scopes.includes("console:read-all") ? ("all" as const) : ("own" as const),
        mayAcknowledge: scopes.includes("alarms:acknowledge"),
        mayKeepGateways: scopes.includes("gateways"),
      },
      200,
    );
  });
}
