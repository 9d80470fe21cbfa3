import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../parts.ts";

const csp = (scripts: string, styles: string, images: string) =>
  `default-src 'self'; script-src ${scripts}; style-src ${styles}; img-src ${images}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`;
/** Proofs are hashed in WebAssembly, which only our own scripts can bring: the permission lets no text be run as a script. */
const pagePolicy = csp("'self' 'wasm-unsafe-eval'", "'self'", "'self'");
/** Swagger UI writes style attributes and shows images from data URLs; its pages hold nobody's data. */
const docsPolicy = csp("'self'", "'self' 'unsafe-inline'", "'self' data:");

const headers = {
  "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "X-Frame-Options": "DENY",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "geolocation=(), microphone=(), payment=()",
};

/** The headers of every answer, errors too (ASVS 5.0 3.4): HTTPS for two years, own scripts only, no framing, no referrer. */
export const securityHeaders = createMiddleware<ApiEnv>(async (c, next) => {
  await next();
  for (const [name, value] of Object.entries(headers)) c.res.headers.set(name, value);
  const isDocs = c.req.path === "/docs" || c.req.path.startsWith("/docs/");
  c.res.headers.set("Content-Security-Policy", isDocs ? docsPolicy : pagePolicy);
  c.res.headers.set("X-Request-Id", c.get("requestId"));
  if (!c.res.headers.has("Cache-Control")) c.res.headers.set("Cache-Control", "no-store");
});
