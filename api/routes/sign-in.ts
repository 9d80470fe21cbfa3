import { createRoute, z } from "@hono/zod-openapi";
import { deleteCookie, getCookie } from "hono/cookie";
import { passwordLengths } from "#services/people/password-lengths.ts";
import { clientNet } from "../client-net.ts";
import { signInShape } from "../console-shapes.ts";
import type { Api, ApiParts } from "../parts.ts";
import { readShape } from "../read-json.ts";
import { setCookies } from "../set-cookies.ts";
import { bodyOf, jsonOf, problems } from "../shapes.ts";
import { SignInLimit } from "../sign-in-limit.ts";

const limits = { maxBytes: 2_048, maxDepth: 2 };
const credentials = z.strictObject({
  email: z.email().max(254),
  password: z.string().min(1).max(passwordLengths.max),
});
const session = z
  .object({ signedIn: z.boolean().openapi({ description: "who that is tells /v1/me" }) })
  .openapi("Session");

const page = createRoute({
  method: "get",
  path: "/v1/sign-in",
  tags: ["people"],
  summary: "What the sign-in page needs; accounts to try in a demo only",
  responses: { 200: jsonOf(signInShape, "for the page"), ...problems() },
});
const signIn = createRoute({
  method: "post",
  path: "/auth/sign-in/email",
  tags: ["people"],
  summary: "Signs a person in for seven days, by a cookie that scripts can't read",
  request: { body: bodyOf(credentials) },
  responses: {
    200: jsonOf(session, "signed in"),
    ...problems("UNAUTHENTICATED", "CROSS_ORIGIN", "TOO_LARGE", "UNSUPPORTED_MEDIA", "TOO_MANY"),
  },
});
const signOut = createRoute({
  method: "post",
  path: "/auth/sign-out",
  tags: ["people"],
  summary: "Ends the session, here and on the server",
  responses: { 200: jsonOf(session, "signed out"), ...problems("CROSS_ORIGIN") },
});
const current = createRoute({
  method: "get",
  path: "/auth/get-session",
  tags: ["people"],
  summary: "Whether somebody is signed in; renews a session in use once a day",
  responses: { 200: jsonOf(session, "whether"), ...problems() },
});

/** Signing in and out. All else that better-auth could answer under /auth stays closed: nobody signs up over HTTP. */
export function signInRoutes(app: Api, parts: ApiParts): void {
  const limit = new SignInLimit(parts.clock);
  app.openapi(page, (c) => c.json({ demoAccounts: [...(parts.demoAccounts?.() ?? [])] }, 200));
  app.openapi(signIn, async (c) => {
    const given = await readShape(c.req.raw, credentials, limits);
    // Counted before the slow check, so that many at once don't get past.
    const takeBack = limit.count(clientNet(c), given.email);
    setCookies(c, await parts.people.signIn(given));
    takeBack();
    return c.json({ signedIn: true }, 200);
  });
  app.openapi(signOut, async (c) => {
    const { name, secure } = parts.people.cookie;
    const value = getCookie(c, name);
    if (value !== undefined) await parts.people.signOut(value);
    parts.live.recheck(c.get("actor"));
    deleteCookie(c, name, { secure, path: "/", httpOnly: true, sameSite: "Lax" });
    return c.json({ signedIn: false }, 200);
  });
  app.openapi(current, async (c) => {
    const signedIn = c.get("actor").kind === "person";
    if (signedIn) setCookies(c, await parts.people.renew(c.req.header("cookie") ?? ""));
    return c.json({ signedIn }, 200);
  });
}
