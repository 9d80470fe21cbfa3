import { AppError } from "#domain/errors.ts";
import { findTaken } from "#store/register-conflicts.ts";
import type { Context } from "../context.ts";
import type { KeyFile } from "../register/network.ts";
import { gatewayOwner, keysOf, planKey } from "../register/plan-keys.ts";
import { keepGateway, requireInUse } from "./keep-gateway.ts";
import type { ToldGateway } from "./tell-gateway.ts";

const keysMax = 100;

/**
 * Enrols another key of a gateway, beside those it has: both hold until the old one is revoked. The same key again changes
 * nothing.
 * @throws AppError UNAUTHENTICATED (no scope), NOT_FOUND (no such gateway of theirs), CONFLICT (a revoked gateway, a kid
 *   that stands for another key, 100 keys already)
 */
export async function enrolKey(
  ctx: Context,
  id: string,
  key: Pick<KeyFile, "kid" | "alg" | "publicKey">,
): Promise<ToldGateway> {
  const [taken] = await ctx.store.as({ role: "worker" }, (tx) => findTaken(tx, { kid: [key.kid] }));
  return await keepGateway(ctx, id, null, ({ draft, gateway }) => {
    requireInUse(gateway);
    if (taken !== undefined && taken.tenant !== draft.tenant) throw conflict(`kid ${key.kid} is taken`);
    const own = keysOf(draft, id);
    if (own.length >= keysMax && own.every(({ kid }) => kid !== key.kid))
      throw conflict(`a gateway may have ${keysMax} keys in its life`);
    planKey(draft, { ...key, offline: false }, gatewayOwner(id), "");
    const [fault] = draft.faults;
    if (fault !== undefined) throw conflict(fault.message);
  });
}

function conflict(message: string): AppError {
  return new AppError("CONFLICT", message);
}
