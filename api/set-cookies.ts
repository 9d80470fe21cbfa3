import type { ApiContext } from "./parts.ts";

/** Adds cookies, each as its whole `Set-Cookie` header, to an answer. */
export function setCookies(c: ApiContext, cookies: readonly string[]): void {
  for (const cookie of cookies) c.header("Set-Cookie", cookie, { append: true });
}
