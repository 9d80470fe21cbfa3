import type { Context } from "../context.ts";
import { keepRow } from "../register/draft.ts";
import { keepGateway, requireInUse } from "./keep-gateway.ts";
import type { ToldGateway } from "./tell-gateway.ts";

/**
 * Says whether a gateway's messages must be signed; its equipment's rosters in the log say so from now on.
 * @throws AppError UNAUTHENTICATED (no scope), NOT_FOUND (no such gateway of theirs), CONFLICT (a revoked gateway)
 */
export async function requireSignature(
  ctx: Context,
  id: string,
  signatureRequired: boolean,
): Promise<ToldGateway> {
  return await keepGateway(ctx, id, null, ({ draft, gateway: old }) => {
    requireInUse(old);
    const next = { ...old, signatureRequired };
    keepRow(draft, { table: "gateways", subject: `gateway ${id}`, old, next });
  });
}
