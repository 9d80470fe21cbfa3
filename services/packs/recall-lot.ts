import { canonicalEpc } from "#domain/codes/epc.ts";
import { AppError } from "#domain/errors.ts";
import { isOwnProduct, markRecalled, recalledSince } from "#store/packs.ts";
import { queueEntry } from "#store/pending-entries.ts";
import { recordAudit } from "../audit.ts";
import type { Context } from "../context.ts";
import { requireScope } from "../require-scope.ts";

/** A lot that its maker calls back, and why, in the maker's words. */
export interface Recall {
  readonly gtin: string;
  readonly lot: string;
  readonly reason: string;
}

/**
 * Recalls a lot of the actor's own product: at once in every answer, in the log within ANCHOR_URGENT_MS. Recalling it
 * again changes nothing.
 * @returns since when the lot is recalled, epoch ms
 * @throws AppError UNAUTHENTICATED (no scope `capture`), NOT_FOUND (not the actor's product, or no such lot)
 */
export async function recallLot(ctx: Context, { gtin, lot, reason }: Recall): Promise<{ since: number }> {
  const tenant = requireScope(ctx.actor, "capture");
  const now = ctx.clock();
  return await ctx.store.as({ role: "app", tenant }, async (tx) => {
    const before = (await isOwnProduct(tx, tenant, gtin))
      ? await recalledSince(tx, tenant, gtin, lot)
      : undefined;
    if (before === undefined) throw new AppError("NOT_FOUND", "there is no such lot");
    if (!(await markRecalled(tx, tenant, { gtin, lot, at: now, reason }))) {
      return { since: (await recalledSince(tx, tenant, gtin, lot)) ?? now };
    }
    const subject = canonicalEpc(`https://id.gs1.org/01/${gtin}/10/${encodeURIComponent(lot)}`);
    if (subject === null) throw new AppError("NOT_FOUND", "there is no such lot");
    const body = { since: now, reason, accepted: now };
    await queueEntry(tx, { subject, kind: "recall", from: now, to: now, body, urgent: true }, now);
    await recordAudit(tx, ctx, {
      action: "lot.recall",
      subject: `lot ${gtin} ${lot}`,
      old: { recalledAt: null },
      new: { recalledAt: now },
      reason,
    });
    return { since: now };
  });
}
