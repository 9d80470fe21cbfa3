import { randomUUID } from "node:crypto";
import { createMiddleware } from "hono/factory";
import type { ApiEnv } from "../parts.ts";

/** Gives each request an id of our own making, so that a caller can't choose what stands in our log. */
export const requestId = createMiddleware<ApiEnv>(async (c, next) => {
  c.set("requestId", randomUUID());
  await next();
});
