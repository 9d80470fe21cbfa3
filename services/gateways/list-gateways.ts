import { readOwnGateways } from "#store/own-gateways.ts";
import type { Context } from "../context.ts";
import { requireOnlooker } from "./require-keeper.ts";
import { seeGateways } from "./see-gateways.ts";
import { type ToldGateway, tellGateway } from "./tell-gateway.ts";

/** The gateways of an organisation; `asOf` in epoch ms. */
export interface GatewaysNow {
  readonly asOf: number;
  readonly gateways: readonly ToldGateway[];
}

/**
 * All gateways of the actor's own organisation, revoked ones too, the newest first.
 * @throws AppError UNAUTHENTICATED without the scope `console:read` or one that keeps gateways
 */
export async function listGateways(ctx: Pick<Context, "store" | "clock" | "actor">): Promise<GatewaysNow> {
  const tenant = requireOnlooker(ctx.actor);
  const gateways = await ctx.store.as({ role: "app", tenant }, async (tx) => {
    const own = await readOwnGateways(tx, tenant);
    const ids = own.gateways.map(({ id }) => id);
    const seen = await seeGateways(tx, tenant, ids);
    return own.gateways.map((row) => tellGateway(row, own.keys, seen(row.id)));
  });
  return { asOf: ctx.clock(), gateways };
}
