import { getCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { AppError } from "#domain/errors.ts";
import { authenticate } from "#services/api-keys/authenticate.ts";
import type { Actor } from "#services/context.ts";
import type { ApiContext, ApiEnv, ApiParts } from "../parts.ts";

const anybody: Actor = { kind: "public", id: "public", tenant: null, scopes: [] };
const bearer = /^Bearer +\S+$/i;

/**
 * Says who asks: an organisation's machine by its key, a person by their session, else nobody in particular. A wrong key
 * is refused, not ignored; a session that ended is simply nobody's.
 */
export const identify = (parts: Pick<ApiParts, "store" | "people">) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    c.set("actor", anybody);
    c.set("actor", await actorOf(parts, c));
    await next();
  });

async function actorOf({ store, people }: Pick<ApiParts, "store" | "people">, c: ApiContext): Promise<Actor> {
  const header = c.req.header("authorization");
  if (header === undefined) {
    const session = getCookie(c, people.cookie.name);
    return (session === undefined ? null : await people.whoIs(session)) ?? anybody;
  }
  const actor = bearer.test(header) ? await authenticate(store, header) : null;
  if (actor === null) throw new AppError("UNAUTHENTICATED", "the API key is not valid");
  return actor;
}
