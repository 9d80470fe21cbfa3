import type { Context } from "../context.ts";
import { keepGateway } from "./keep-gateway.ts";
import type { ToldGateway } from "./tell-gateway.ts";

/**
 * One of the actor's own gateways with its keys.
 * @throws AppError UNAUTHENTICATED (no scope), NOT_FOUND (no such gateway of theirs)
 */
export async function showGateway(ctx: Context, id: string): Promise<ToldGateway> {
  return await keepGateway(ctx, id, null, () => undefined);
}
