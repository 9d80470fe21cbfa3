import { createRoute, z } from "@hono/zod-openapi";
import { enrolKey } from "#services/gateways/enrol-key.ts";
import { listGateways } from "#services/gateways/list-gateways.ts";
import { releaseGateway } from "#services/gateways/release-gateway.ts";
import { requireSignature } from "#services/gateways/require-signature.ts";
import { revokeGateway } from "#services/gateways/revoke-gateway.ts";
import { revokeKey } from "#services/gateways/revoke-key.ts";
import { showGateway } from "#services/gateways/show-gateway.ts";
import {
  gatewayShape,
  gatewaysShape,
  gatewayId as id,
  isoGateway as iso,
  keyFields,
  readKey,
} from "../gateway-shapes.ts";
import { pageQuery } from "../page-query.ts";
import { type Api, type ApiContext, type ApiParts, contextOf } from "../parts.ts";
import { readShape } from "../read-json.ts";
import { bodyOf, jsonOf, problems, withKeyOrSession } from "../shapes.ts";

const limits = { maxBytes: 8_192, maxDepth: 2 };
const limitByDefault = 100;
const limitMax = 1_000;
const keepable = (text: string) => text.isWellFormed() && !text.includes("\0");
const why = z.string().trim().min(3).max(500).refine(keepable, "holds U+0000 or half a character");
const moment = z.iso.datetime({ offset: true });
const one = z.object({ id });
const oneKey = z.object({ id, kid: z.string().min(1).max(64) });

const keyBody = z.strictObject(keyFields);
const whyBody = z.strictObject({ why });
const revokeKeyBody = z.strictObject({ why, at: moment.optional() });
const patchBody = z.strictObject({ signatureRequired: z.boolean() });
const told = { 200: jsonOf(gatewayShape, "the gateway") };
const common = ["UNAUTHENTICATED", "NOT_FOUND", "CONFLICT", "CROSS_ORIGIN", "TOO_LARGE"] as const;
const every = { tags: ["gateways"], security: withKeyOrSession };

const list = createRoute({
  ...every,
  method: "get",
  path: "/v1/gateways",
  summary:
    "Gateways of your organisation with their keys: those in use, the newest first, then the revoked ones",
  request: { query: z.strictObject(pageQuery(limitMax)) },
  responses: { 200: jsonOf(gatewaysShape, "a page of them"), ...problems("UNAUTHENTICATED") },
});
const show = createRoute({
  ...every,
  method: "get",
  path: "/v1/gateways/{id}",
  summary: "One of your gateways with its keys",
  request: { params: one },
  responses: { ...told, ...problems("UNAUTHENTICATED", "NOT_FOUND") },
});
const change = createRoute({
  ...every,
  method: "patch",
  path: "/v1/gateways/{id}",
  summary: "Say whether its messages must be signed",
  request: { params: one, body: bodyOf(patchBody) },
  responses: { ...told, ...problems(...common, "UNSUPPORTED_MEDIA") },
});
const enrol = createRoute({
  ...every,
  method: "post",
  path: "/v1/gateways/{id}/keys",
  summary: "Enrol another key; it holds beside the old one until that is revoked",
  request: { params: one, body: bodyOf(keyBody) },
  responses: { ...told, ...problems(...common, "UNSUPPORTED_MEDIA") },
});
const endKey = createRoute({
  ...every,
  method: "post",
  path: "/v1/gateways/{id}/keys/{kid}/revoke",
  summary: "Revoke a key, now or from a moment ahead; it can't be put off or undone",
  request: { params: oneKey, body: bodyOf(revokeKeyBody) },
  responses: { ...told, ...problems(...common, "UNSUPPORTED_MEDIA") },
});
const end = createRoute({
  ...every,
  method: "post",
  path: "/v1/gateways/{id}/revoke",
  summary: "Revoke a gateway with all its keys, for good; what was accepted stays",
  request: { params: one, body: bodyOf(whyBody) },
  responses: { ...told, ...problems(...common, "UNSUPPORTED_MEDIA") },
});
const giveBack = createRoute({
  ...every,
  method: "post",
  path: "/v1/gateways/{id}/release",
  summary: "Give a claimed gateway back to its maker; it is revoked here, its data stays yours",
  request: { params: one, body: bodyOf(whyBody) },
  responses: { ...told, ...problems(...common, "UNSUPPORTED_MEDIA") },
});

/** An organisation's gateways: given keys, revoked and given back. */
export function gatewayRoutes(app: Api, parts: ApiParts): void {
  app.openapi(list, async (c) => {
    const { limit = limitByDefault, cursor } = c.req.valid("query");
    const page = await listGateways(contextOf(parts, c), { limit, ...(cursor && { cursor }) });
    const { asOf, gateways, next } = page;
    return c.json({ asOf: new Date(asOf).toISOString(), gateways: gateways.map(iso), next }, 200);
  });
  app.openapi(show, async (c) => c.json(iso(await showGateway(contextOf(parts, c), idOf(c))), 200));
  app.openapi(change, async (c) => {
    const { signatureRequired } = await readShape(c.req.raw, patchBody, limits);
    return c.json(iso(await requireSignature(contextOf(parts, c), idOf(c), signatureRequired)), 200);
  });
  app.openapi(enrol, async (c) => {
    const key = await readShape(c.req.raw, keyBody.transform(readKey), limits);
    return c.json(iso(await enrolKey(contextOf(parts, c), idOf(c), key)), 200);
  });
  app.openapi(endKey, async (c) => {
    const { why, at } = await readShape(c.req.raw, revokeKeyBody, limits);
    const { id, kid } = c.req.valid("param");
    const wanted = { kid, why, at: at === undefined ? undefined : Date.parse(at) };
    return c.json(iso(await revokeKey(contextOf(parts, c), id, wanted)), 200);
  });
  app.openapi(end, async (c) => {
    const { why } = await readShape(c.req.raw, whyBody, limits);
    return c.json(iso(await revokeGateway(contextOf(parts, c), idOf(c), why)), 200);
  });
  app.openapi(giveBack, async (c) => {
    const { why } = await readShape(c.req.raw, whyBody, limits);
    return c.json(iso(await releaseGateway(contextOf(parts, c), idOf(c), why)), 200);
  });
}

function idOf(c: ApiContext): string {
  return c.req.param("id") ?? "";
}
