import { createRoute, z } from "@hono/zod-openapi";
import { AppError } from "#domain/errors.ts";
import { captureEvents } from "#services/captures/capture-events.ts";
import { findCapture } from "#services/captures/find-capture.ts";
import { captureLimits } from "#services/captures/read-statements.ts";
import { epcisHeaders, optionsAnswer } from "../epcis-headers.ts";
import { type Api, type ApiParts, contextOf } from "../parts.ts";
import { readJson } from "../read-json.ts";
import { bodyOf, jsonOf, problems, withKey } from "../shapes.ts";

/** An EPCISDocument in JSON is four levels above its events. */
const bodyLimits = { maxBytes: captureLimits.bodyBytesMax, maxDepth: captureLimits.depthMax + 2 };
const signatureHeader = "Coldmark-Signature";

const capture = createRoute({
  method: "post",
  path: "/epcis/v2/capture",
  tags: ["epcis"],
  summary: "Takes in an EPCIS 2.0 document: all of its events, or none",
  security: withKey,
  request: {
    body: bodyOf(z.looseObject({ "@context": z.unknown(), type: z.string(), epcisBody: z.looseObject({}) })),
    headers: z.object({
      "coldmark-signature": z.string().max(300).optional().openapi({
        description:
          'kid=…;alg=Ed25519;sig=base64 over "coldmark/capture/1" ‖ 0x00 ‖ SHA-256(RFC 8785 form of the document)',
      }),
      "gs1-capture-error-behaviour": z.enum(["rollback"]).optional(),
    }),
  },
  responses: {
    202: { description: "taken in; Location names the capture job" },
    ...problems("UNAUTHENTICATED", "CONFLICT", "TOO_LARGE", "UNSUPPORTED_MEDIA"),
  },
});
const job = createRoute({
  method: "get",
  path: "/epcis/v2/capture/{id}",
  tags: ["epcis"],
  summary: "How one of your captures fared",
  security: withKey,
  request: { params: z.object({ id: z.string().max(100) }) },
  responses: {
    200: jsonOf(
      z
        .object({
          captureID: z.uuid(),
          createdAt: z.iso.datetime(),
          finishedAt: z.iso.datetime().optional(),
          running: z.boolean(),
          success: z.boolean(),
          captureErrorBehaviour: z.literal("rollback"),
          errors: z.array(z.unknown()),
        })
        .openapi("CaptureJob"),
      "the job",
    ),
    ...problems("UNAUTHENTICATED", "NOT_FOUND"),
  },
});

/** EPCIS 2.0 capture on the standard's own paths (§12.6). */
export function captureRoutes(app: Api, parts: ApiParts): void {
  app.openapi(capture, async (c) => {
    const ctx = contextOf(parts, c);
    if (ctx.actor.kind === "public")
      throw new AppError("UNAUTHENTICATED", "an API key with the scope capture is needed");
    const document = await readJson(c.req.raw, bodyLimits);
    const { captureId, faults } = await captureEvents(ctx, {
      document,
      signature: c.req.header(signatureHeader),
    });
    if (faults.length > 0)
      throw new AppError("BAD_REQUEST", "the document has faults; nothing was kept", { faults });
    return c.body(null, 202, { ...epcisHeaders, Location: `/epcis/v2/capture/${captureId}` });
  });
  app.openapi(job, async (c) => {
    const { id, createdAt, finishedAt, success, errors } = await findCapture(
      contextOf(parts, c),
      c.req.valid("param").id,
    );
    const told = {
      captureID: id,
      createdAt: iso(createdAt),
      ...(finishedAt === null ? {} : { finishedAt: iso(finishedAt) }),
      running: finishedAt === null,
      success,
      captureErrorBehaviour: "rollback" as const,
      errors,
    };
    return c.json(told, 200, epcisHeaders);
  });
  app.options("/epcis/v2/capture", (c) => optionsAnswer(c, "POST, OPTIONS"));
  app.options("/epcis/v2/capture/:id", (c) => optionsAnswer(c, "GET, HEAD, OPTIONS"));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
