import { AppError } from "#domain/errors.ts";
import { type Capture, findCapture as findStored } from "#store/captures.ts";
import type { Context } from "../context.ts";
import { requireScope } from "../require-scope.ts";

/**
 * How one of the actor's own captures fared.
 * @throws AppError NOT_FOUND for an unknown id and for another organisation's alike
 */
export async function findCapture(ctx: Context, id: string): Promise<Capture> {
  const tenant = requireScope(ctx.actor, "capture");
  const found = await ctx.store.as({ role: "app", tenant }, (tx) => findStored(tx, tenant, id));
  if (found === null) throw new AppError("NOT_FOUND", "there is no such capture");
  return found;
}
