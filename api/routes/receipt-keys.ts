import { createRoute, z } from "@hono/zod-openapi";
import { toBase64 } from "#domain/log/bytes.ts";
import type { Api, ApiParts } from "../parts.ts";
import { jsonOf, problems } from "../shapes.ts";

const keys = z
  .object({
    keys: z.array(z.object({ kid: z.string(), alg: z.literal("Ed25519"), publicKey: z.base64() })),
  })
  .openapi("ReceiptKeys");
const route = createRoute({
  method: "get",
  path: "/receipt-keys.json",
  tags: ["operation"],
  summary: "The public keys that receipts to gateways verify under; take them once, over TLS, and keep them",
  responses: { 200: jsonOf(keys, "every key in use, named by the kid of a receipt"), ...problems() },
});

/** What the maker of a gateway needs to believe a receipt (docs/gateway.md). */
export function receiptKeyRoutes(app: Api, parts: Pick<ApiParts, "receiptKeys">): void {
  app.openapi(route, (c) => {
    const told = (parts.receiptKeys ?? []).map(({ kid, publicKey }) => ({
      ...{ kid, alg: "Ed25519" as const },
      publicKey: toBase64(publicKey),
    }));
    return c.json({ keys: told }, 200);
  });
}
