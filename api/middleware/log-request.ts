import { createMiddleware } from "hono/factory";
import { routePath } from "hono/route";
import { Histogram } from "prom-client";
import { AppError } from "#domain/errors.ts";
import { shortNet } from "../client-net.ts";
import type { ApiContext, ApiEnv, ApiParts } from "../parts.ts";

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

/**
 * One line for each request, told by its route, never by its path: the code in a path tells what medicine somebody
 * holds, so only its GTIN and a keyed hash are kept. The error's own words stand here and nowhere else.
 */
export const logRequest = ({ log, metrics }: Pick<ApiParts, "log" | "metrics">) => {
  const seconds = new Histogram({
    name: "coldmark_http_request_seconds",
    help: "time to answer a request, by route and status",
    labelNames: ["method", "route", "status"],
    buckets: secondsBuckets,
    registers: [metrics],
  });
  return createMiddleware<ApiEnv>(async (c, next) => {
    const from = performance.now();
    await next();
    const ms = performance.now() - from;
    const route = routePath(c, -1);
    const { status } = c.res;
    const method = knownMethods.has(c.req.method) ? c.req.method : "other";
    seconds.observe({ method, route, status: String(status) }, ms / 1000);
    log[status >= 500 ? "error" : "info"](
      lineOf(c, { method, route, status, ms: Math.round(ms) }),
      "request",
    );
  });
};

const knownMethods = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

function lineOf(c: ApiContext, request: Record<string, unknown>): Record<string, unknown> {
  const { kind, id, tenant } = c.get("actor") ?? { kind: "public", id: "public", tenant: null };
  const failure = c.get("failure");
  return {
    requestId: c.get("requestId"),
    ...request,
    actor: kind === "public" ? "public" : `${tenant}/${id}`,
    net: shortNet(c),
    pack: c.get("pack"),
    ...(failure === undefined ? {} : { failure: failureOf(failure) }),
  };
}

/** Without the words of a failed query: they hold the codes it asked for. Its cause says what the database said. */
function failureOf(failure: unknown): unknown {
  if (failure instanceof AppError && failure.cause === undefined)
    return { code: failure.code, words: failure.message };
  if (!(failure instanceof Error)) return { words: typeof failure };
  const root = rootOf(failure);
  return {
    name: root.name,
    words: root.message.slice(0, 500),
    frames: root.stack?.split("\n").filter((line) => line.startsWith("    at ")),
  };
}

function rootOf(error: Error): Error {
  let root = error;
  while (root.cause instanceof Error) root = root.cause;
  return root;
}
