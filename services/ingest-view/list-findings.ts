import { listFindings as listStored, type StoredFinding } from "#store/findings.ts";
import type { Context } from "../context.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { requireView } from "./require-view.ts";

/** A page, newest first, and the token of the next one, if there is one; `at` in epoch ms. */
interface FindingPage {
  readonly findings: readonly Omit<StoredFinding, "tenantId">[];
  readonly next: string | null;
}

/**
 * The actor's own findings: what does not add up in what its gateways sent.
 * @throws AppError UNAUTHENTICATED (no scope `admin` or `register`), BAD_REQUEST (a cursor that isn't ours)
 */
export async function listFindings(
  ctx: Context,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<FindingPage> {
  const tenant = requireView(ctx.actor);
  const [before] = cursor === undefined ? [] : readCursor(cursor, 1);
  const rows = await ctx.store.as({ role: "app", tenant }, (tx) =>
    listStored(tx, tenant, { limit: limit + 1, ...(before === undefined ? {} : { before }) }),
  );
  const shown = rows.slice(0, limit);
  const last = rows.length > limit ? shown.at(-1) : undefined;
  return {
    findings: shown.map(({ id, kind, subject, detail, at }) => ({ id, kind, subject, detail, at })),
    next: last === undefined ? null : writeCursor([last.id]),
  };
}
