/** Shapes of what the API answers, for its OpenAPI document; times are ISO 8601 UTC. */
import { z } from "@hono/zod-openapi";
import { errorKind } from "#domain/errors.ts";

const time = z.iso.datetime().openapi({ example: "2026-03-01T00:30:00.000Z" });
const names = z.object({ zh: z.string(), en: z.string() });
const reasons = z.array(
  z.object({
    code: z.string().openapi({ example: "WITHIN_LIMITS" }),
    facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  }),
);
const coldState = z.enum(["COMPLIANT", "EXCURSION", "NOT_DEMONSTRABLE"]);
const organisationKind = z.enum([
  "operator",
  "manufacturer",
  "wholesaler",
  "carrier",
  "pharmacy",
  "prescriber",
  "authority",
]);

const leg = z.object({
  from: time,
  to: time,
  place: z.object({
    kind: z.enum(["refrigerator", "coldroom", "vehicle", "box", "site", "unknown"]),
    by: organisationKind.nullable(),
  }),
  evidence: z.enum(["MEASURED", "DOCUMENTED", "PACKAGED", "NOT_KNOWN"]),
  state: coldState,
  minC: z.number().nullable(),
  maxC: z.number().nullable(),
  excursions: z.array(
    z.object({
      direction: z.enum(["high", "low"]),
      from: time,
      to: time.nullable(),
      durationMs: z.int(),
      extremeC: z.number(),
    }),
  ),
  gaps: z.array(z.object({ from: time, to: time })),
  reasons,
});

const cold = z.object({
  state: coldState,
  reasons,
  limits: z.object({ lowerC: z.number(), upperC: z.number(), maker: names, stated: time }).nullable(),
  profile: z.object({ name: z.string(), version: z.int() }),
  proved: z.object({ since: time, until: time }).nullable(),
  mktC: z.number().nullable(),
  mktReason: reasons.element.nullable(),
  legs: z.array(leg),
});

/** The four answers about one pack. */
export const answerShape = z
  .object({
    code: z.string(),
    epc: z.string(),
    view: z.enum(["public", "partner"]),
    asOf: time.nullable(),
    product: z.object({
      gtin: z.string().nullable(),
      names: names.nullable(),
      maker: names.nullable(),
      lot: z.string().nullable(),
      expiry: z.string().nullable(),
    }),
    known: z.object({ state: z.enum(["KNOWN_FROM_MAKER", "KNOWN_IN_NETWORK", "UNKNOWN"]), reasons }),
    state: z.object({
      state: z.enum(["IN_TRADE", "SOLD", "SOLD_SEVERAL_TIMES", "RECALLED", "EXPIRED", "ON_HOLD", "UNKNOWN"]),
      soldCount: z.int(),
      reasons,
    }),
    cold,
    proof: z.object({
      result: z.string().openapi({ example: "VALID_FINAL" }),
      asOf: time.nullable(),
      chainClass: z.enum(["operator", "consortium", "public"]),
      reasons: z.array(z.string()),
    }),
    steps: z.array(
      z.object({
        at: time,
        accepted: time,
        step: z.string().nullable(),
        disposition: z.string().nullable(),
        by: organisationKind,
        org: z.string(),
        organisation: names.optional(),
        signed: z.boolean(),
        offline: z.boolean(),
      }),
    ),
  })
  .openapi("Answer");

const problemShape = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string().optional(),
    requestId: z.uuid(),
    faults: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi("Problem");

type ErrorCode = Parameters<typeof errorKind>[0];

/** The problems that a route may answer, by status, besides those that any route may. */
export function problems(...codes: readonly ErrorCode[]) {
  const content = { "application/problem+json": { schema: problemShape } };
  const all: readonly ErrorCode[] = ["BAD_REQUEST", ...codes, "UNAVAILABLE"];
  return Object.fromEntries(
    all.map((code) => [errorKind(code).status, { description: errorKind(code).en, content }]),
  );
}

/** A JSON answer of a shape. */
export function jsonOf<Shape extends z.ZodType>(schema: Shape, description: string) {
  return { description, content: { "application/json": { schema } } };
}

/** An answer that is no JSON. */
export function textOf(mediaType: string, description: string) {
  return { description, content: { [mediaType]: { schema: { type: "string" as const } } } };
}

/** A body that the handler itself reads strictly; the shape is for the document only. */
export function bodyOf(shape: z.ZodType) {
  const { $schema: _, ...schema } = z.toJSONSchema(shape) as Record<string, unknown>;
  return { required: true, content: { "application/json": { schema } } };
}

/** Who needs a key: nobody else gets past the route. */
export const withKey = [{ apiKey: [] as string[] }];

/** Who needs to be signed in: no API key can have the console's scopes. */
export const withSession = [{ session: [] as string[] }];

/** Who may be a machine by its key or a person by their session. */
export const withKeyOrSession = [...withKey, ...withSession];
