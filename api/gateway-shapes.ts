/** Shapes of gateways and their keys; times are ISO 8601 UTC. */
import { z } from "@hono/zod-openapi";
import type { ToldGateway } from "#services/gateways/tell-gateway.ts";
import { kidPattern, publicKeyForm, readPublicKey } from "#services/public-key.ts";

/** A slug: the id of a gateway, which stands in its topics, and of a site. */
export const gatewayId = z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/, "must be 2 to 40 of a-z, 0-9 and -");

const time = z.iso.datetime();
const kid = z.string().regex(kidPattern, "must be 1 to 64 letters, digits or . : _ -");
const alg = z.enum(["Ed25519", "ES256"]);

/** `publicKey` is base64 of 32 bytes (Ed25519), or of 33 or 65 (ES256). */
const bare = { alg, publicKey: z.base64().max(88) };

/** Fields of a request that state a public key; `readKey` takes its bytes. */
export const keyFields = { kid, ...bare };
/** The same for a key that may go without a name of its own. */
export const nameableKeyFields = { kid: kid.optional(), ...bare };

interface StatedKey {
  readonly alg: z.infer<typeof alg>;
  readonly publicKey: string;
}

/** Takes the bytes of the key in a request; what is no public key of its algorithm is a fault of the request. */
export function readKey<Stated extends StatedKey>(it: Stated, context: z.core.$RefinementCtx<Stated>) {
  const publicKey = readPublicKey(it.alg, it.publicKey);
  if (publicKey !== null) return { ...it, publicKey };
  context.addIssue({ code: "custom", path: ["publicKey"], message: publicKeyForm(it.alg) });
  return z.NEVER;
}

/** A gateway as its owner sees it. */
export const gatewayShape = z
  .object({
    id: z.string(),
    serial: z.string().nullable().openapi({ description: "null unless it was claimed by its sticker" }),
    kind: z.string().openapi({ example: "native" }),
    site: z.string().nullable(),
    signatureRequired: z.boolean(),
    acceptedAt: time,
    revokedAt: time.nullable(),
    lastReceivedAt: time.nullable().openapi({
      description:
        "when a message of it last counted, of one that doesn't number its messages when its newest reading came; null before",
    }),
    skewMs: z.int().nullable().openapi({
      description:
        "how far its clock is behind ours, by the quickest of its newest live messages; negative ahead; null before one told. Of one that doesn't number its messages only how far ahead at least, where its newest reading came before it was taken",
    }),
    keys: z.array(
      z.object({
        kid: z.string(),
        alg,
        publicKey: z.base64(),
        enrolledAt: time,
        revokedAt: time.nullable().openapi({ description: "from when it no longer holds; may lie ahead" }),
      }),
    ),
  })
  .openapi("Gateway");

/** A page of an organisation's gateways: those in use, the newest first, then the revoked ones, likewise. */
export const gatewaysShape = z
  .object({ asOf: time, gateways: z.array(gatewayShape), next: z.string().nullable() })
  .openapi("Gateways");

/** What claiming a gateway gives. */
export const claimedShape = z
  .object({
    gateway: gatewayShape,
    mqtt: z.object({ username: z.string(), clientId: z.string(), password: z.string() }),
  })
  .openapi("ClaimedGateway");

/** The answers as a caller gets them. */
export type Gateway = z.infer<typeof gatewayShape>;
export type Gateways = z.infer<typeof gatewaysShape>;
export type ClaimedGateway = z.infer<typeof claimedShape>;

/** A gateway with its moments (epoch ms) as ISO 8601 UTC. */
export function isoGateway({ acceptedAt, revokedAt, lastReceivedAt, keys, ...rest }: ToldGateway) {
  const text = (ms: number) => new Date(ms).toISOString();
  const textOrNull = (ms: number | null) => (ms === null ? null : text(ms));
  return {
    ...rest,
    acceptedAt: text(acceptedAt),
    revokedAt: textOrNull(revokedAt),
    lastReceivedAt: textOrNull(lastReceivedAt),
    keys: keys.map((key) => ({
      ...key,
      enrolledAt: text(key.enrolledAt),
      revokedAt: textOrNull(key.revokedAt),
    })),
  };
}
