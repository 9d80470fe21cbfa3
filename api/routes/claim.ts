import { createRoute, z } from "@hono/zod-openapi";
import { AppError } from "#domain/errors.ts";
import { claimGateway } from "#services/gateways/claim-gateway.ts";
import { MinuteCounts } from "#services/minute-counts.ts";
import { clientNet } from "../client-net.ts";
import { claimedShape, gatewayId, isoGateway } from "../gateway-shapes.ts";
import { type Api, type ApiParts, contextOf } from "../parts.ts";
import { readShape } from "../read-json.ts";
import { bodyOf, jsonOf, problems, withKeyOrSession } from "../shapes.ts";

const limits = { maxBytes: 8_192, maxDepth: 2 };
/** Wrong stickers a minute of one organisation, and of one net whatever organisation it signs in to. */
const wrongAMinute = 10;

const body = z.strictObject({
  sticker: z.string().min(1).max(200),
  site: gatewayId,
  gatewayId: gatewayId.optional(),
});

const claim = createRoute({
  method: "post",
  path: "/v1/gateways/claim",
  tags: ["gateways"],
  security: withKeyOrSession,
  summary: "Claim a gateway by its sticker for a site of yours; prints its MQTT password once",
  request: { body: bodyOf(body) },
  responses: {
    201: jsonOf(claimedShape, "yours now"),
    ...problems("UNAUTHENTICATED", "NOT_FOUND", "CONFLICT", "CROSS_ORIGIN", "TOO_LARGE"),
    ...problems("UNSUPPORTED_MEDIA", "TOO_MANY"),
  },
});

/** A gateway becomes an organisation's by the sticker on it. */
export function claimRoutes(app: Api, parts: ApiParts): void {
  const wrong = new MinuteCounts(wrongAMinute, parts.clock);
  app.openapi(claim, async (c) => {
    const ctx = contextOf(parts, c);
    const wanted = await readShape(c.req.raw, body, limits);
    const keys = [`organisation ${ctx.actor.tenant}`, `net ${clientNet(c)}`];
    // Counted before the look-up, so that many at once don't get past.
    const counted = keys.map((key) => wrong.count(key));
    if (counted.includes(false))
      throw new AppError("TOO_MANY", "too many wrong stickers; wait a minute and read the sticker again");
    const isWrong = (error: unknown) => error instanceof AppError && error.code === "NOT_FOUND";
    const takeBack = () => {
      for (const key of keys) wrong.takeBack(key);
    };
    const claimed = await claimGateway(ctx, wanted).catch((error: unknown) => {
      if (!isWrong(error)) takeBack();
      throw error;
    });
    takeBack();
    const gateway = isoGateway(claimed.gateway);
    const { id } = gateway;
    c.header("Cache-Control", "no-store");
    return c.json({ gateway, mqtt: { username: id, clientId: id, password: claimed.password } }, 201);
  });
}
