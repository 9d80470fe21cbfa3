import { appendEntries } from "./append-entries.ts";
import { checkHeads } from "./check-heads.ts";
import { crashAt } from "./crash-at.ts";
import type { SigningKey } from "./keys.ts";
import { type PlannedTree, planCheckpoint } from "./plan-checkpoint.ts";
import { queueExcursions } from "./queue-excursions.ts";
import { queueOwnKeys } from "./queue-own-keys.ts";
import { SayOnce } from "./say-once.ts";
import { createWindowSealer } from "./seal-windows.ts";
import type { AnchorContext } from "./settings.ts";

/** What one round did: the anchor it planned, and whether more waits. */
export interface RoundResult {
  readonly planned: PlannedTree | null;
  readonly hasMore: boolean;
}

/**
 * The side of anchoring that needs no chain: seal what is due, append what waits, plan an anchor when one is due. A step
 * that fails for now doesn't hold up the others.
 */
export function createRecordsRound(
  context: AnchorContext,
  keys: { readonly log: SigningKey; readonly receipt: SigningKey },
): (force: boolean) => Promise<RoundResult> {
  const { store, clock } = context;
  const steps = new SayOnce(context.log);
  const sealer = createWindowSealer(context);
  let areKeysTold = false;
  let areHeadsChecked = false;
  const tellKeys = () => queueOwnKeys(store, keys, clock());
  const append = () => steps.attempt("append", () => appendAll(context));
  return async (force) => {
    if (!areKeysTold) areKeysTold = (await steps.attempt("keys", tellKeys)) ?? false;
    await append();
    const sealed = await steps.attempt("seal", () => sealer.sealDue(force));
    const told = await steps.attempt("excursions", () => queueExcursions(store, clock()));
    if (sealed || told) await append();
    const plan = () => planCheckpoint(context, { logKey: keys.log, force });
    if (!areHeadsChecked) areHeadsChecked = (await steps.attempt("heads", () => checkHeads(store))) ?? false;
    const planned = areHeadsChecked ? await steps.attempt("plan", plan) : null;
    if (planned !== null) crashAt("planned", context.config);
    return { planned, hasMore: sealed === true };
  };
}

async function appendAll({ store, clock }: AnchorContext): Promise<void> {
  while ((await appendEntries(store, clock())) > 0);
}
