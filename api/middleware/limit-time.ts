import { createMiddleware } from "hono/factory";
import { AppError } from "#domain/errors.ts";
import type { ApiEnv } from "../parts.ts";

const answerWithinMs = 15_000;

/** Answers UNAVAILABLE when a request takes too long; what it began ends by the records' own time limits. */
export const limitTime = createMiddleware<ApiEnv>(async (_c, next) => {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new AppError("UNAVAILABLE", "this took too long")),
    answerWithinMs,
  );
  try {
    await Promise.race([next(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
});
