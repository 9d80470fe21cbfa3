import { createRoute, z } from "@hono/zod-openapi";
import { AppError } from "#domain/errors.ts";
import { checkPacks } from "#services/packs/check-packs.ts";
import { viewOf } from "#services/packs/view-of.ts";
import { limitUnknown } from "../limit-unknown.ts";
import type { NetLimit } from "../net-limit.ts";
import { readPackCode } from "../pack-code.ts";
import { type Api, type ApiContext, type ApiParts, contextOf } from "../parts.ts";
import { readShape } from "../read-json.ts";
import { answerShape, bodyOf, jsonOf, problems, textOf } from "../shapes.ts";
import { tellTimes } from "../tell-times.ts";

const codesMax = 1_000;
const checkLimits = { maxBytes: 1_048_576, maxDepth: 4 };
const code = z.string().openapi({
  param: { name: "code", in: "path" },
  description: "a Digital Link, GS1 element string or China's 20 digits, percent-encoded",
});
const params = z.object({ code });
const codes = z.strictObject({ codes: z.array(z.string().max(4_096)).min(1).max(codesMax) });
const packCheck = z
  .object({
    code: z.string(),
    epc: z.string().nullable(),
    state: z.enum(["UNREADABLE", "UNKNOWN", "IN_TRADE", "SOLD", "SOLD_SEVERAL_TIMES", "RECALLED", "EXPIRED"]),
    sold: z.int(),
    expiry: z.string().nullable(),
    step: z.string().nullable(),
    disposition: z.string().nullable(),
    at: z.iso.datetime().nullable(),
  })
  .openapi("PackCheck");

const answer = createRoute({
  method: "get",
  path: "/v1/provenance/{code}",
  tags: ["packs"],
  summary:
    "The four answers about a pack; with a key of scope provenance:partner those of a pack you handled",
  request: { params },
  responses: { 200: jsonOf(answerShape, "the answers"), ...problems("UNAUTHENTICATED", "TOO_MANY") },
});
const bundle = createRoute({
  method: "get",
  path: "/v1/provenance/{code}/bundle",
  tags: ["packs"],
  summary: "The proof bundle: check it with `coldmark verify` and the trust file",
  request: { params },
  responses: {
    200: textOf("application/json", "bundle, version 1"),
    ...problems("UNAUTHENTICATED", "NOT_FOUND", "TOO_MANY"),
  },
});
const check = createRoute({
  method: "post",
  path: "/v1/check",
  tags: ["packs"],
  summary: "What is recorded of up to 1,000 packs, unproved",
  request: { body: bodyOf(codes) },
  responses: {
    200: jsonOf(z.object({ results: z.array(packCheck) }), "one result for each code, in order"),
    ...problems("UNAUTHENTICATED", "TOO_LARGE", "UNSUPPORTED_MEDIA", "TOO_MANY"),
  },
});

/** What is recorded and proved of packs, for machines. `unknown` limits how many wrong codes a net may try. */
export function provenanceRoutes(app: Api, parts: ApiParts, unknown: NetLimit): void {
  app.openapi(answer, async (c) => {
    const question = await ask(c, parts, unknown, c.req.valid("param").code);
    const told = await parts.provenance.answerFor(question);
    return c.json(tellTimes(told) as z.output<typeof answerShape>, 200);
  });
  app.openapi(bundle, async (c) => {
    const question = await ask(c, parts, unknown, c.req.valid("param").code);
    const text = await parts.provenance.bundleFor(question);
    if (text === null)
      throw new AppError("NOT_FOUND", "nothing is anchored yet, so there is no proof to hand out");
    return c.body(text, 200, { "Content-Type": "application/json" });
  });
  app.openapi(check, async (c) => {
    const asked = await readShape(c.req.raw, codes, checkLimits);
    const results = await checkPacks(parts, asked.codes);
    const wrong = results.filter(({ state }) => state === "UNKNOWN").length;
    if (wrong > 0) unknown.count(c, wrong);
    return c.json({ results: tellTimes(results) as z.output<typeof packCheck>[] }, 200);
  });
}

async function ask(c: ApiContext, parts: ApiParts, unknown: NetLimit, code: string) {
  const epc = readPackCode(c, code);
  await limitUnknown(c, parts, unknown, code);
  return { epc, code, view: await viewOf(contextOf(parts, c), epc) };
}
