import { createRoute, z } from "@hono/zod-openapi";
import { AppError } from "#domain/errors.ts";
import { sourceShape } from "#domain/formats/source.ts";
import { fromBase64 } from "#domain/log/bytes.ts";
import { tryMapping } from "#services/formats/try-mapping.ts";
import { type Api, type ApiParts, contextOf } from "../parts.ts";
import { readShape } from "../read-json.ts";
import { bodyOf, jsonOf, problems, withKey } from "../shapes.ts";

const limits = { maxBytes: 524_288, maxDepth: 8 };
const body = z.strictObject({
  source: sourceShape,
  topic: z.string().min(1).max(400),
  message: z.string().max(400_000),
  encoding: z.enum(["text", "base64"]).default("text"),
});
const refused = z
  .object({ reason: z.string().openapi({ example: "BAD_UNIT" }), detail: z.string(), cure: z.string() })
  .nullable();
const reading = z.object({
  channel: z.string().nullable().openapi({ description: "what the sensor's channel must be" }),
  at: z.iso.datetime().nullable(),
  placedBy: z.enum(["device", "receipt"]).nullable(),
  values: z
    .record(z.string(), z.union([z.number(), z.boolean(), z.string()]))
    .openapi({ example: { t: 4.2, rh: 55.5 } }),
  refused,
});
const answer = z
  .object({
    topics: z.array(z.string()).openapi({ description: "topic patterns this source's messages come on" }),
    refused: refused.openapi({ description: "why the message as a whole would be set aside" }),
    count: z.int(),
    readings: z.array(reading).openapi({ description: "the first 200 of them" }),
  })
  .openapi("DryRun");

const dryRun = createRoute({
  method: "post",
  path: "/v1/mappings/dry-run",
  tags: ["operation"],
  summary:
    "What a pasted message would become by a gateway's source (docs/formats.md); keeps nothing (scope admin or register)",
  security: withKey,
  request: { body: bodyOf(body) },
  responses: {
    200: jsonOf(answer, "each reading with its channel, time and values, or why not"),
    ...problems("UNAUTHENTICATED", "TOO_LARGE", "UNSUPPORTED_MEDIA"),
  },
});

/** Trying out how a foreign gateway's messages would be read. */
export function mappingRoutes(app: Api, parts: ApiParts): void {
  app.openapi(dryRun, async (c) => {
    const { source, topic, message, encoding } = await readShape(c.req.raw, body, limits);
    const payload = encoding === "base64" ? bytesOf(message) : new TextEncoder().encode(message);
    const { topics, refused, count, readings } = tryMapping(contextOf(parts, c), source, { topic, payload });
    return c.json({ topics: [...topics], refused, count, readings: [...readings] }, 200);
  });
}

function bytesOf(text: string): Uint8Array {
  try {
    return fromBase64(text);
  } catch {
    const faults = [{ path: "/message", message: "is not canonical base64" }];
    throw new AppError("BAD_REQUEST", "the request has faults", { faults });
  }
}
