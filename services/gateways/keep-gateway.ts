import { AppError } from "#domain/errors.ts";
import type { RegisterRow } from "#store/register.ts";
import type { Context } from "../context.ts";
import { type Change, changeRegister, gatewayOf } from "./change-register.ts";
import { requireKeeper } from "./require-keeper.ts";
import { seeGateways } from "./see-gateways.ts";
import { type ToldGateway, tellGateway } from "./tell-gateway.ts";

/** A change of one gateway: its row as it was. */
export interface GatewayChange extends Change {
  readonly gateway: RegisterRow<"gateways">;
}

/**
 * Changes one of the actor's own gateways and tells how it is then.
 * @throws AppError UNAUTHENTICATED (no scope), NOT_FOUND (no such gateway of theirs)
 */
export async function keepGateway(
  ctx: Context,
  id: string,
  reason: string | null,
  change: (it: GatewayChange) => Promise<void> | void,
): Promise<ToldGateway> {
  const tenant = requireKeeper(ctx.actor);
  return await changeRegister(ctx, tenant, reason, async ({ tx, draft }) => {
    const gateway = gatewayOf(draft, id);
    if (gateway === undefined) throw notFound();
    await change({ tx, draft, gateway });
    const seen = await seeGateways(tx, tenant, [id]);
    return tellGateway(gatewayOf(draft, id) ?? gateway, draft.register.keys, seen(id));
  });
}

/** What may not be done with a revoked gateway. @throws AppError CONFLICT */
export function requireInUse({ id, revokedAt }: RegisterRow<"gateways">): void {
  if (revokedAt === null) return;
  throw new AppError("CONFLICT", `gateway ${id} was revoked; claim or register a new one`);
}

function notFound(): AppError {
  return new AppError("NOT_FOUND", "there is no such gateway");
}
