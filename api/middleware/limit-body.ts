import { createMiddleware } from "hono/factory";
import { AppError } from "#domain/errors.ts";
import { captureLimits } from "#services/captures/read-statements.ts";
import type { ApiEnv } from "../parts.ts";

/** Refuses a body that says it is larger than any we take; one that doesn't say is measured as it is read. */
export const limitBody = createMiddleware<ApiEnv>(async (c, next) => {
  const stated = c.req.header("content-length");
  if (stated !== undefined && Number(stated) > captureLimits.bodyBytesMax) {
    throw new AppError("TOO_LARGE", `a body may have ${captureLimits.bodyBytesMax} bytes`);
  }
  await next();
});
