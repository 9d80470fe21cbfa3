import type { Context } from "../context.ts";
import { keepRow } from "../register/draft.ts";
import { signatureRequiredSince } from "../register/plan-keys.ts";
import { keepGateway, requireInUse } from "./keep-gateway.ts";
import type { ToldGateway } from "./tell-gateway.ts";

/**
 * Says whether a gateway's messages must be signed from now on; its equipment's rosters in the log say so. What was accepted
 * unsigned before stays.
 * @throws AppError UNAUTHENTICATED (no scope), NOT_FOUND (no such gateway of theirs), CONFLICT (a revoked gateway)
 */
export async function requireSignature(
  ctx: Context,
  id: string,
  signatureRequired: boolean,
): Promise<ToldGateway> {
  return await keepGateway(ctx, id, null, ({ draft, gateway: old }) => {
    requireInUse(old);
    const since = signatureRequiredSince(old, signatureRequired, draft.terms.now);
    const next = { ...old, signatureRequired, signatureRequiredSince: since };
    keepRow(draft, { table: "gateways", subject: `gateway ${id}`, old, next });
  });
}
