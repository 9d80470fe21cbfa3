import { and, eq, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { organisations } from "./schema/organisations.ts";
import { pendingEntries } from "./schema/pending-entries.ts";

/** The label of the organisation that operates this network, null before it is registered. */
export async function operatorLabel(tx: Tx): Promise<string | null> {
  const rows = await tx
    .select({ label: organisations.label })
    .from(organisations)
    .where(eq(organisations.kind, "operator"))
    .limit(1);
  return rows[0]?.label ?? null;
}

/** Which of these keys the log was told of, in the keys' own stream. */
export async function queuedKeys(tx: Tx, kids: readonly string[]): Promise<Set<string>> {
  const kid = sql<string>`${pendingEntries.body}::jsonb ->> 'kid'`;
  const rows = await tx
    .select({ kid })
    .from(pendingEntries)
    .where(and(eq(pendingEntries.subject, "urn:coldmark:keys"), eq(pendingEntries.kind, "key")));
  const known = new Set(rows.map((row) => row.kid));
  return new Set(kids.filter((one) => known.has(one)));
}
