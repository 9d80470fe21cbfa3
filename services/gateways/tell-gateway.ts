import { toBase64 } from "#domain/log/bytes.ts";
import type { RegisterRow } from "#store/register.ts";
import type { Draft } from "../register/draft.ts";
import { keysOf } from "../register/plan-keys.ts";

/** A gateway as its owner sees it; times in epoch ms, `revokedAt` of a key may lie ahead; `skewMs` as in its progress. */
export type ToldGateway = ReturnType<typeof tellGateway>;

/** A gateway of a register with its keys, oldest first. */
export function tellGateway(
  draft: Pick<Draft, "register">,
  gateway: RegisterRow<"gateways">,
  skewMs: number | null,
) {
  const { id, kind, siteId: site, signatureRequired, acceptedAt, revokedAt } = gateway;
  const keys = keysOf(draft, id).sort((a, b) => a.enrolledAt - b.enrolledAt || (a.kid < b.kid ? -1 : 1));
  return {
    ...{ id, kind, site, signatureRequired, acceptedAt, revokedAt, skewMs },
    keys: keys.map(({ kid, alg, publicKey, enrolledAt, revokedAt: until }) => ({
      ...{ kid, alg, publicKey: toBase64(publicKey), enrolledAt, revokedAt: until },
    })),
  };
}
