import { toBase64 } from "#domain/log/bytes.ts";
import type { RegisterRow } from "#store/register.ts";

/**
 * A gateway as its owner sees it; times in epoch ms, `revokedAt` of a key may lie ahead; `serial` null unless it was claimed
 * by its sticker; `lastReceivedAt` and `skewMs` null while nothing came that tells.
 */
export type ToldGateway = ReturnType<typeof tellGateway>;

/** What is known of a gateway beside the register. */
export interface SeenGateway {
  readonly serial: string | null;
  readonly lastReceivedAt: number | null;
  readonly skewMs: number | null;
}

/** A gateway with those of these keys that are its own, oldest first. */
export function tellGateway(
  gateway: RegisterRow<"gateways">,
  keys: readonly RegisterRow<"keys">[],
  { serial, lastReceivedAt, skewMs }: SeenGateway,
) {
  const { id, kind, siteId: site, signatureRequired, acceptedAt, revokedAt } = gateway;
  const own = keys
    .filter(({ ownerKind, ownerId }) => ownerKind === "gateway" && ownerId === id)
    .sort((a, b) => a.enrolledAt - b.enrolledAt || (a.kid < b.kid ? -1 : 1));
  return {
    ...{ id, serial, kind, site, signatureRequired, acceptedAt, revokedAt, lastReceivedAt, skewMs },
    keys: own.map(({ kid, alg, publicKey, enrolledAt, revokedAt: until }) => ({
      ...{ kid, alg, publicKey: toBase64(publicKey), enrolledAt, revokedAt: until },
    })),
  };
}
