import { AppError } from "#domain/errors.ts";
import { addToAudit } from "#store/audit.ts";
import type { Tx } from "#store/connect.ts";
import type { Context } from "./context.ts";

/** What was changed, from what, to what and why; no secret may stand in `old` or `new`. */
export interface Change {
  readonly action: string;
  readonly subject: string;
  readonly old: unknown;
  readonly new: unknown;
  readonly reason: string | null;
}

/**
 * Writes who changed what in the transaction of the change itself (design §8).
 * @param tenant the organisation whose records changed, where it isn't the actor's own
 */
export async function recordAudit(
  tx: Tx,
  ctx: Pick<Context, "actor" | "clock">,
  change: Change | readonly Change[],
  tenant: string | null = ctx.actor.tenant,
): Promise<void> {
  if (tenant === null) throw new AppError("INTERNAL", "a change without an organisation can't be audited");
  const changes = Array.isArray(change) ? (change as readonly Change[]) : [change as Change];
  const who = { tenantId: tenant, at: ctx.clock(), actor: `${ctx.actor.kind}:${ctx.actor.id}` };
  await addToAudit(
    tx,
    changes.map((each) => ({ ...who, ...each })),
  );
}
