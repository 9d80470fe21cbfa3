import { createHmac, timingSafeEqual } from "node:crypto";

/** How the session's cookie is called, and whether browsers send it over HTTPS only. */
export interface SessionCookie {
  readonly name: string;
  readonly secure: boolean;
}

/** The session's cookie of a service at this address; over HTTPS no sub-domain and no plain page can set it (RFC 6265bis §4.1.3.2). */
export function sessionCookie(publicUrl: string): SessionCookie {
  const secure = new URL(publicUrl).protocol === "https:";
  return { secure, name: secure ? "__Host-coldmark-session" : "coldmark-session" };
}

/**
 * The session's token out of a cookie's value, `token.HMAC-SHA-256 in base64` as better-auth signs it; null for anything
 * that wasn't signed with this secret, so that a stolen table of sessions lets nobody in.
 */
export function signedToken(value: string, secret: string): string | null {
  const dot = value.lastIndexOf(".");
  if (dot < 1) return null;
  const token = value.slice(0, dot);
  const wanted = Buffer.from(createHmac("sha256", secret).update(token).digest("base64"));
  const given = Buffer.from(value.slice(dot + 1));
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? token : null;
}
