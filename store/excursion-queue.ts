import { and, asc, eq } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { equipment } from "./schema/equipment.ts";
import { excursions } from "./schema/excursions.ts";

/** An excursion that the log was not told of yet, with the label of its equipment. */
export type UntoldExcursion = typeof excursions.$inferSelect & { readonly label: string };

/** Excursions that the log was not told of yet, first detected first. */
export async function readUntoldExcursions(tx: Tx, limit: number): Promise<UntoldExcursion[]> {
  const rows = await tx
    .select({ excursion: excursions, label: equipment.label })
    .from(excursions)
    .innerJoin(
      equipment,
      and(eq(equipment.tenantId, excursions.tenantId), eq(equipment.id, excursions.equipmentId)),
    )
    .where(eq(excursions.queued, false))
    .orderBy(asc(excursions.detectedAt))
    .limit(limit);
  return rows.map(({ excursion, label }) => ({ ...excursion, label }));
}

/** Notes that the log is told of an excursion. */
export async function markTold(tx: Tx, excursion: UntoldExcursion): Promise<void> {
  await tx
    .update(excursions)
    .set({ queued: true })
    .where(
      and(
        eq(excursions.tenantId, excursion.tenantId),
        eq(excursions.equipmentId, excursion.equipmentId),
        eq(excursions.point, excursion.point),
        eq(excursions.fromTs, excursion.fromTs),
      ),
    );
}
