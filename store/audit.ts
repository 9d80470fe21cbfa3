import type { Tx } from "./connect.ts";
import { audit } from "./schema/audit.ts";

/** One change as the audit trail keeps it; `at` in epoch ms. */
export type AuditRow = Omit<typeof audit.$inferInsert, "id">;

const rowsAtOnce = 500;

/** Adds to the audit trail; rows of it are never changed or deleted. */
export async function addToAudit(tx: Tx, rows: readonly AuditRow[]): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    await tx.insert(audit).values(rows.slice(at, at + rowsAtOnce));
  }
}
