import { and, desc, eq, lt } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { findings } from "./schema/findings.ts";

/** Something that does not add up: its kind, what it is about and the facts. */
export interface Finding {
  readonly tenant: string;
  readonly kind:
    | "READING_CONFLICT"
    | "SEQ_CONFLICT"
    | "SEQ_GAP"
    | "SEQ_GAP_FILLED"
    | "TOO_MANY_BOOTS"
    | "BOOT_BACK";
  readonly subject: string;
  readonly detail: Record<string, unknown>;
}

const rowsPerInsert = 1_000;

/** Keeps integrity findings for a person to look at. */
export async function recordFindings(tx: Tx, found: readonly Finding[], at: number): Promise<void> {
  const rows = found.map(({ tenant, ...finding }) => ({ tenantId: tenant, ...finding, at }));
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    await tx.insert(findings).values(rows.slice(from, from + rowsPerInsert));
  }
}

/** A finding as it was kept. */
export type StoredFinding = typeof findings.$inferSelect;

/** The organisation's findings, newest first, those before an id only. */
export async function listFindings(
  tx: Tx,
  tenant: string,
  page: { limit: number; before?: number },
): Promise<StoredFinding[]> {
  const { before } = page;
  return tx
    .select()
    .from(findings)
    .where(and(eq(findings.tenantId, tenant), before === undefined ? undefined : lt(findings.id, before)))
    .orderBy(desc(findings.id))
    .limit(page.limit);
}
