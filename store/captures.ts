import { and, eq } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { captures } from "./schema/captures.ts";

/** A capture job of an organisation: how its document fared (EPCIS 2.0 §12.6). */
export type Capture = typeof captures.$inferSelect;

/** Keeps a capture job. */
export async function insertCapture(tx: Tx, capture: Capture): Promise<void> {
  await tx.insert(captures).values(capture);
}

/** An organisation's own capture job, or null: another's looks like none. */
export async function findCapture(tx: Tx, tenant: string, id: string): Promise<Capture | null> {
  const rows = await tx
    .select()
    .from(captures)
    .where(and(eq(captures.tenantId, tenant), eq(captures.id, id)));
  return rows[0] ?? null;
}
