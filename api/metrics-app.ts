import { OpenAPIHono } from "@hono/zod-openapi";
import { AppError } from "#domain/errors.ts";
import { requestId } from "./middleware/request-id.ts";
import { securityHeaders } from "./middleware/security-headers.ts";
import type { Api, ApiEnv, ApiParts } from "./parts.ts";
import { problemResponse } from "./problem.ts";
import { healthRoutes } from "./routes/health.ts";

/** Health and figures of a process that doesn't run the API, and nothing else. */
export function createMetricsApp(parts: Pick<ApiParts, "status" | "metrics">): Api {
  const app: Api = new OpenAPIHono<ApiEnv>();
  app.onError((error, c) => problemResponse(c, error));
  app.notFound((c) => problemResponse(c, new AppError("NOT_FOUND", "there is no such address")));
  app.use(requestId, securityHeaders);
  healthRoutes(app, parts);
  return app;
}
