import { createRoute } from "@hono/zod-openapi";
import { getCookie } from "hono/cookie";
import { authenticate } from "#services/api-keys/authenticate.ts";
import { reachOf } from "#services/console/reach.ts";
import { liveShape } from "../../console-shapes.ts";
import type { Api, ApiContext, ApiParts } from "../../parts.ts";
import { problems, withSession } from "../../shapes.ts";

const live = createRoute({
  method: "get",
  path: "/v1/live",
  tags: ["console"],
  summary: "Server-sent events `change`: first the counts, then the sites that changed",
  security: withSession,
  responses: {
    200: {
      description: "a stream that lasts as long as the session",
      content: { "text/event-stream": { schema: liveShape } },
    },
    ...problems("UNAUTHENTICATED", "TOO_MANY"),
  },
});

/** A connection of its own that ends with the stream; nothing on the way may keep, change or hold back what it carries. */
const headers = {
  "Content-Type": "text/event-stream; charset=utf-8",
  "Cache-Control": "no-store, no-transform",
  "X-Accel-Buffering": "no",
  Connection: "close",
};

/** The console's live stream. */
export function liveRoutes(app: Api, parts: ApiParts): void {
  app.openapi(live, (c) => {
    const actor = c.get("actor");
    reachOf(actor);
    if (c.req.method === "HEAD") return c.body(null, 200, headers);
    return c.body(
      parts.live.open(actor, () => isStill(parts, c)),
      200,
      headers,
    );
  });
}

/** Whether the session or key that opened the stream still stands for the same organisation with the same reach. */
async function isStill({ store, people }: ApiParts, c: ApiContext): Promise<boolean> {
  const before = c.get("actor");
  const header = c.req.header("authorization");
  const session = getCookie(c, people.cookie.name);
  const now =
    header !== undefined
      ? await authenticate(store, header)
      : session === undefined
        ? null
        : await people.whoIs(session);
  return (
    now !== null && now.tenant === before.tenant && before.scopes.every((scope) => now.scopes.includes(scope))
  );
}
