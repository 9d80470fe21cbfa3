import type { z } from "@hono/zod-openapi";
import { AppError } from "#domain/errors.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";

/** How large and how deep the JSON of a request may be. */
interface BodyLimits {
  readonly maxBytes: number;
  readonly maxDepth: number;
}

const jsonType = /^application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset=(?:"?utf-8"?)\s*)?$/i;

/**
 * The JSON of a request's body, read no further than its limit whatever its headers say.
 * @throws AppError UNSUPPORTED_MEDIA, TOO_LARGE, BAD_REQUEST (no UTF-8, no JSON, duplicate keys, too deep)
 */
export async function readJson(request: Request, limits: BodyLimits): Promise<unknown> {
  if (!jsonType.test(request.headers.get("content-type") ?? "")) {
    throw new AppError("UNSUPPORTED_MEDIA", "send application/json in UTF-8");
  }
  return parseStrictJson(decode(await readBytes(request, limits.maxBytes)), limits);
}

/** The same, in a given shape. @throws AppError BAD_REQUEST with every fault at once */
export async function readShape<Shape extends z.ZodType>(
  request: Request,
  shape: Shape,
  limits: BodyLimits,
): Promise<z.output<Shape>> {
  const result = shape.safeParse(await readJson(request, limits));
  if (result.success) return result.data;
  throw badShape(result.error);
}

/** A value of the wrong shape as an error that lists its faults with their paths. */
export function badShape(error: { readonly issues: readonly z.core.$ZodIssue[] }): AppError {
  const faults = error.issues.map(({ path, message }) => ({
    path: `/${path.map(String).join("/")}`,
    message,
  }));
  return new AppError("BAD_REQUEST", "the request has faults", { faults });
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = () => new AppError("TOO_LARGE", `the body may have ${maxBytes} bytes`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new AppError("BAD_REQUEST", "the body is not UTF-8");
  }
}
