import type { Context } from "../context.ts";
import { planGatewayEnd } from "../register/plan-keys.ts";
import { keepGateway } from "./keep-gateway.ts";
import type { ToldGateway } from "./tell-gateway.ts";

/**
 * Revokes a gateway and all its keys from now on: what it sends is refused, its session ends, what was accepted stays. A
 * revoked one stays as it is; nothing brings it back.
 * @throws AppError UNAUTHENTICATED (no scope), NOT_FOUND (no such gateway of theirs)
 */
export async function revokeGateway(ctx: Context, id: string, why: string): Promise<ToldGateway> {
  return await keepGateway(ctx, id, why, ({ draft, gateway }) => void planGatewayEnd(draft, gateway));
}
