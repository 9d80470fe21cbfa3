import { and, isNotNull, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { listsOf } from "./list-of.ts";
import { windows } from "./schema/windows.ts";

/** A window of equipment that a reading fell into: [fromMs, toMs). */
export interface TouchedWindow {
  readonly tenant: string;
  readonly equipmentId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

const rowsPerInsert = 1_000;

/** Asks for these windows to be sealed (again): readings came after their grace. */
export async function markWindowsLate(tx: Tx, touched: readonly TouchedWindow[]): Promise<void> {
  const rows = touched.map(({ tenant, ...window }) => ({
    tenantId: tenant,
    ...window,
    versions: 0,
    dirty: true,
  }));
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    await tx
      .insert(windows)
      .values(rows.slice(from, from + rowsPerInsert))
      .onConflictDoUpdate({
        target: [windows.tenantId, windows.equipmentId, windows.fromMs],
        set: { dirty: sql`true` },
      });
  }
}

/** Asks for windows to be sealed again that were sealed while these readings were on their way to the store. */
export async function markSealedDirty(tx: Tx, touched: readonly TouchedWindow[]): Promise<void> {
  if (touched.length === 0) return;
  const list = listsOf(touched);
  const wanted = sql`(${windows.tenantId}, ${windows.equipmentId}, ${windows.fromMs})
    in (select * from unnest(${list("text", (w) => w.tenant)}, ${list("text", (w) => w.equipmentId)},
      ${list("bigint", (w) => w.fromMs)}))`;
  await tx
    .update(windows)
    .set({ dirty: true })
    .where(and(isNotNull(windows.sealedAt), wanted));
}
