import { createRoute, z } from "@hono/zod-openapi";
import { AppError } from "#domain/errors.ts";
import { NetLimit } from "../net-limit.ts";
import type { Api, ApiParts } from "../parts.ts";
import { readShape } from "../read-json.ts";
import { isRelayed, isRelayedMethod, rpcRequest } from "../relayed-call.ts";
import { bodyOf, jsonOf, problems, textOf } from "../shapes.ts";

const limits = { maxBytes: 8_192, maxDepth: 5 };
const waitMs = 10_000;
const callsAMinute = 600;

const trust = createRoute({
  method: "get",
  path: "/trust.json",
  tags: ["log"],
  summary: "The trust file; take it once, from somewhere you trust, and keep it",
  responses: { 200: textOf("application/json", "trust file"), ...problems("NOT_FOUND") },
});
const rpc = createRoute({
  method: "post",
  path: "/chain/rpc",
  tags: ["log"],
  summary:
    "Read-only relay of four JSON-RPC methods to the chain, for our own pages; better ask an endpoint of yours",
  request: { body: bodyOf(rpcRequest) },
  responses: {
    200: jsonOf(
      z.looseObject({ jsonrpc: z.literal("2.0") }),
      "the chain's answer, or its refusal as `error`",
    ),
    ...problems("TOO_LARGE", "UNSUPPORTED_MEDIA", "TOO_MANY"),
  },
});

/** What a page needs to check a bundle: the trust file and a way to the chain, both with our help. */
export function chainRoutes(app: Api, parts: Pick<ApiParts, "trust" | "rpc" | "clock">): void {
  const limit = new NetLimit(callsAMinute, parts.clock);
  app.openapi(trust, (c) => {
    const file = parts.trust();
    if (file === null) throw new AppError("NOT_FOUND", "there is no chain yet, so nothing to trust");
    return c.body(JSON.stringify(file), 200, { "Content-Type": "application/json" });
  });
  app.openapi(rpc, async (c) => {
    limit.count(c);
    const { id, method, params } = await readShape(c.req.raw, rpcRequest, limits);
    if (!isRelayedMethod(method)) throw refused();
    const [file, ask] = [parts.trust(), parts.rpc()];
    if (file === null || ask === null) throw new AppError("UNAVAILABLE", "there is no chain now");
    if (!isRelayed(method, params, file.contract)) throw refused();
    const answer = await inTime(ask(method, params)).then((result) => ({ result }), refusalOf);
    return c.json({ jsonrpc: "2.0" as const, id, ...answer }, 200);
  });
}

function refused(): AppError {
  return new AppError("BAD_REQUEST", "the relay takes reads of Coldmark's contract only");
}

/** What the chain itself refused is an answer; a chain that doesn't answer is not. */
function refusalOf(error: unknown): { error: { code: number; message: string } } {
  if (!(error instanceof AppError) || error.code !== "CONFLICT") {
    throw error instanceof AppError
      ? error
      : new AppError("UNAVAILABLE", "the chain does not answer", {}, error);
  }
  const { rpcCode, rpcMessage } = error.facts;
  return { error: { code: Number(rpcCode ?? -32_000), message: String(rpcMessage ?? "refused") } };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new AppError("UNAVAILABLE", "the chain does not answer")),
    waitMs,
  );
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
