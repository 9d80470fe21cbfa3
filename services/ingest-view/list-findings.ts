import { listFindings as listStored, type StoredFinding } from "#store/findings.ts";
import type { Context } from "../context.ts";
import { readCursor, writeCursor } from "./cursor.ts";
import { requireView } from "./require-view.ts";

/** A finding as it is told, with the equipment that it is about, where it is about one; `at` in epoch ms. */
interface ToldFinding extends Pick<StoredFinding, "id" | "kind" | "subject" | "detail" | "at"> {
  readonly equipment: { readonly label: string; readonly names: NonNullable<StoredFinding["names"]> } | null;
}

/** A page, newest first, and the token of the next one, if there is one. */
interface FindingPage {
  readonly findings: readonly ToldFinding[];
  readonly next: string | null;
}

/**
 * The actor's own findings: what does not add up in what its gateways sent, or in the log that it runs.
 * @throws AppError UNAUTHENTICATED (no scope `admin`, `register` or `console:read`), BAD_REQUEST (a cursor that isn't ours)
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
    findings: shown.map(tell),
    next: last === undefined ? null : writeCursor([last.id]),
  };
}

function tell({ id, kind, subject, detail, at, label, names }: StoredFinding): ToldFinding {
  const equipment = label === null || names === null ? null : { label, names };
  return { id, kind, subject, detail, at, equipment };
}
