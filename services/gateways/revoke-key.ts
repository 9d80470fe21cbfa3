import { AppError } from "#domain/errors.ts";
import type { Context } from "../context.ts";
import { gatewayOwner, keysOf, planRevocation } from "../register/plan-keys.ts";
import { keepGateway } from "./keep-gateway.ts";
import type { ToldGateway } from "./tell-gateway.ts";

const aheadMaxMs = 366 * 86_400_000;

/**
 * Revokes a key of a gateway from a moment on (epoch ms), which may lie ahead so that the old and the new key overlap, or
 * else now. What came before stays; a revocation can be brought forward, never put off or undone.
 * @throws AppError UNAUTHENTICATED (no scope), NOT_FOUND (no such key of a gateway of theirs), BAD_REQUEST (more than a
 *   year ahead), CONFLICT (it is revoked earlier already)
 */
export async function revokeKey(
  ctx: Context,
  id: string,
  { kid, at, why }: { kid: string; at?: number | undefined; why: string },
): Promise<ToldGateway> {
  const now = ctx.clock();
  if (at !== undefined && at > now + aheadMaxMs) throw tooFar();
  return await keepGateway(ctx, id, why, ({ draft }) => {
    const key = keysOf(draft, id).find((row) => row.kid === kid);
    if (key === undefined) throw new AppError("NOT_FOUND", "there is no such key of this gateway");
    const isChanged = planRevocation(draft, key, gatewayOwner(id), at ?? now);
    if (!isChanged && at !== undefined && at > (key.revokedAt ?? at)) throw putOff(key.revokedAt);
  });
}

function tooFar(): AppError {
  const faults = [{ path: "/at", message: "must be at most 366 days ahead" }];
  return new AppError("BAD_REQUEST", "the request has faults", { faults });
}

function putOff(revokedAt: number | null): AppError {
  const from = new Date(revokedAt ?? 0).toISOString();
  return new AppError("CONFLICT", `the key is revoked from ${from} on, which can't be put off`);
}
