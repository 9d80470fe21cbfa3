import { readKeysOf, readOwnGateways } from "#store/own-gateways.ts";
import type { Context } from "../context.ts";
import { readGatewayCursor, writeGatewayCursor } from "./gateway-cursor.ts";
import { requireOnlooker } from "./require-keeper.ts";
import { seeGateways } from "./see-gateways.ts";
import { type ToldGateway, tellGateway } from "./tell-gateway.ts";

/** A page of an organisation's gateways and the token of the next one, if there is one; `asOf` in epoch ms. */
export interface GatewaysNow {
  readonly asOf: number;
  readonly gateways: readonly ToldGateway[];
  readonly next: string | null;
}

/**
 * Gateways of the actor's own organisation: those in use, the newest first, then the revoked ones, likewise.
 * @throws AppError UNAUTHENTICATED without the scope `console:read` or one that keeps gateways, BAD_REQUEST (a cursor that
 *   isn't ours)
 */
export async function listGateways(
  ctx: Pick<Context, "store" | "clock" | "actor">,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<GatewaysNow> {
  const tenant = requireOnlooker(ctx.actor);
  const after = cursor === undefined ? undefined : readGatewayCursor(cursor);
  return await ctx.store.as({ role: "app", tenant }, async (tx) => {
    const rows = await readOwnGateways(tx, tenant, { limit: limit + 1, after });
    const shown = rows.slice(0, limit);
    const ids = shown.map(({ id }) => id);
    const keys = await readKeysOf(tx, tenant, ids);
    const seen = await seeGateways(tx, tenant, ids);
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return {
      asOf: ctx.clock(),
      gateways: shown.map((row) => tellGateway(row, keys, seen(row.id))),
      next: last === undefined ? null : writeGatewayCursor({ ...last, isRevoked: last.revokedAt !== null }),
    };
  });
}
