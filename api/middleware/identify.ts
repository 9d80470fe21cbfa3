import { createMiddleware } from "hono/factory";
import { AppError } from "#domain/errors.ts";
import { authenticate } from "#services/api-keys/authenticate.ts";
import type { Actor } from "#services/context.ts";
import type { ApiEnv, ApiParts } from "../parts.ts";

const anybody: Actor = { kind: "public", id: "public", tenant: null, scopes: [] };
const bearer = /^Bearer +\S+$/i;

/** Says who asks: nobody in particular without a key, an organisation with one; a wrong key is refused, not ignored. */
export const identify = ({ store }: Pick<ApiParts, "store">) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    c.set("actor", anybody);
    const header = c.req.header("authorization");
    if (header !== undefined) {
      const actor = bearer.test(header) ? await authenticate(store, header) : null;
      if (actor === null) throw new AppError("UNAUTHENTICATED", "the API key is not valid");
      c.set("actor", actor);
    }
    await next();
  });
