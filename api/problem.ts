/** Errors as RFC 9457 `application/problem+json`, told in the caller's language; what went wrong inside stays inside. */
import { HTTPException } from "hono/http-exception";
import { AppError, type ErrorCode, errorKind } from "#domain/errors.ts";
import { isOutage } from "#domain/outage.ts";
import { languageOf } from "./language.ts";
import type { ApiContext } from "./parts.ts";

/** Facts of an error that its caller may see; nothing else of `facts` leaves. */
const publicFacts = ["faults", "header", "scope"] as const;
const retryAfterS = "5";

/** A problem document: `type` names the kind for machines, `title` says it in words, `detail` what it was here. */
interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail?: string;
  readonly requestId: string;
  readonly [fact: string]: unknown;
}

/** Any thrown value as an error of the table: an outage of the records as UNAVAILABLE, the unforeseen as INTERNAL. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof HTTPException) return new AppError(codeOf(error.status), error.message);
  if (isOutage(error)) return new AppError("UNAVAILABLE", "the records can't be reached", {}, error);
  return new AppError("INTERNAL", "unforeseen", {}, error);
}

/** The answer that tells an error; the error itself is left for the request's log line. */
export function problemResponse(
  c: ApiContext,
  thrown: unknown,
  headers: Record<string, string> = {},
): Response {
  const error = asAppError(thrown);
  const { status, retryable } = errorKind(error.code);
  c.set("failure", thrown);
  return new Response(JSON.stringify(problemOf(c, error)), {
    status,
    headers: {
      "Content-Type": "application/problem+json",
      "Cache-Control": "no-store",
      Vary: "Accept-Language",
      ...(retryable && status !== 500 ? { "Retry-After": retryAfterS } : {}),
      ...(status === 401 ? { "WWW-Authenticate": "Bearer" } : {}),
      ...headers,
    },
  });
}

function problemOf(c: ApiContext, error: AppError): Problem {
  const kind = errorKind(error.code);
  const language = languageOf({ accept: c.req.header("accept-language") }, "en");
  const facts = publicFacts.filter((name) => error.facts[name] !== undefined);
  return {
    type: `urn:coldmark:problem:${error.code.toLowerCase().replaceAll("_", "-")}`,
    title: language === "en" ? kind.en : kind.zh,
    status: kind.status,
    code: error.code,
    ...(kind.status < 500 ? { detail: error.message } : {}),
    requestId: c.get("requestId"),
    ...Object.fromEntries(facts.map((name) => [name, error.facts[name]])),
  };
}

function codeOf(status: number): ErrorCode {
  const codes: Readonly<Record<number, ErrorCode>> = {
    401: "UNAUTHENTICATED",
    404: "NOT_FOUND",
    413: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA",
  };
  return codes[status] ?? (status < 500 ? "BAD_REQUEST" : "INTERNAL");
}
