import { AppError } from "#domain/errors.ts";
import { releaseDevice } from "#store/maker-devices.ts";
import { recordAudit } from "../audit.ts";
import type { Context } from "../context.ts";
import { planGatewayEnd } from "../register/plan-keys.ts";
import { keepGateway } from "./keep-gateway.ts";
import type { ToldGateway } from "./tell-gateway.ts";

/**
 * Gives a claimed gateway back to its maker: it is revoked here for good, its data stays with the owner, and its maker may
 * upload it anew with another key and another code.
 * @throws AppError UNAUTHENTICATED (no scope), NOT_FOUND (no such gateway of theirs), CONFLICT (never claimed, or given back)
 */
export async function releaseGateway(ctx: Context, id: string, why: string): Promise<ToldGateway> {
  return await keepGateway(ctx, id, why, async ({ tx, draft, gateway }) => {
    const { tenant, terms } = draft;
    const device = await releaseDevice(tx, { tenant, gateway: id, at: terms.now });
    if (device === null)
      throw new AppError("CONFLICT", `gateway ${id} wasn't claimed by a sticker, or was given back`);
    planGatewayEnd(draft, gateway);
    const what = { maker: device.tenantId, serial: device.serial };
    const change = { action: "gateway.release", subject: `gateway ${id}`, old: what, new: null, reason: why };
    await recordAudit(tx, ctx, change, tenant);
  });
}
