import { getCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { AppError } from "#domain/errors.ts";
import type { ApiContext, ApiEnv, ApiParts } from "../parts.ts";

const safe = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Refuses what another site makes a browser do in the name of whoever is signed in here: any unsafe method with the
 * session's cookie, and a sign-in, must come from our own pages (ASVS 5.0 3.5). An API key is no such proof a browser adds by itself.
 */
export const refuseCrossOrigin = ({ config, people }: Pick<ApiParts, "config" | "people">) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    if (!safe.has(c.req.method) && c.req.header("authorization") === undefined) {
      const session = getCookie(c, people.cookie.name) !== undefined;
      const origin = originOf(c, config.publicUrl);
      const signIn = c.req.path.startsWith("/auth/");
      if ((session && origin !== "own") || (signIn && origin === "foreign"))
        throw new AppError("CROSS_ORIGIN", "send this from a page of this very address");
    }
    await next();
  });

/** Where a browser says that a request comes from; `unsaid` by programs and very old browsers. */
function originOf(c: ApiContext, publicUrl: string): "own" | "foreign" | "unsaid" {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" ? "own" : "foreign";
  const origin = c.req.header("origin");
  if (origin === undefined) return "unsaid";
  return [new URL(c.req.url).origin, new URL(publicUrl).origin].includes(origin) ? "own" : "foreign";
}
