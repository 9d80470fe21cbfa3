import { createMiddleware } from "hono/factory";
import { AppError } from "#domain/errors.ts";
import type { ApiEnv } from "../parts.ts";

const addressLengthMax = 8_192;
/** Control characters but U+001D, which stands between the parts of a GS1 code. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that are refused
const control = /[\u0000-\u001c\u001e\u001f\u007f]/;

/** Refuses addresses that no record can hold: broken percent-encoding, no UTF-8, control characters such as NUL. */
export const refuseBadAddress = createMiddleware<ApiEnv>(async (c, next) => {
  const { pathname, search } = new URL(c.req.url);
  if (pathname.length + search.length > addressLengthMax)
    throw new AppError("BAD_REQUEST", "the address is too long");
  if (control.test(decoded(pathname)) || control.test(decoded(search.replaceAll("+", " ")))) {
    throw new AppError("BAD_REQUEST", "the address holds a control character");
  }
  await next();
});

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AppError("BAD_REQUEST", "the address is not percent-encoded UTF-8");
  }
}
