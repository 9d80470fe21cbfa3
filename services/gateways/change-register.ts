import type { Tx } from "#store/connect.ts";
import { loadRegister, type RegisterRow } from "#store/register.ts";
import type { Context } from "../context.ts";
import { type Draft, startDraft } from "../register/draft.ts";
import { planRosters } from "../register/plan-rosters.ts";
import { saveDraft } from "../register/save-draft.ts";

/** What a change of the register works with. */
export interface Change {
  readonly tx: Tx;
  readonly draft: Draft;
}

/**
 * Changes an organisation's register between two registrations: rows, what the log is told of keys and equipment, and the
 * audit records with the reason, in one transaction.
 */
export async function changeRegister<T>(
  ctx: Context,
  tenant: string,
  reason: string | null,
  change: (it: Change) => Promise<T> | T,
): Promise<T> {
  const { config, clock, store } = ctx;
  const times = { graceMs: config.placementGraceMs, backdatingMs: config.offlineBackdatingMs };
  return await store.as({ role: "app", tenant }, async (tx) => {
    const before = await loadRegister(tx, tenant);
    const draft = startDraft({ tenant, path: "", before, terms: { now: clock(), signer: null, ...times } });
    const result = await change({ tx, draft });
    planRosters(draft);
    if (draft.saves.length > 0) await saveDraft(tx, ctx, draft, reason);
    return result;
  });
}

/** A gateway of the register by its id; undefined for another organisation's as for none. */
export function gatewayOf({ register }: Draft, id: string): RegisterRow<"gateways"> | undefined {
  return register.gateways.find((row) => row.id === id);
}
