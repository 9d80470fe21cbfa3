import { and, eq, gte, inArray, isNull, or, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { excursions } from "./schema/excursions.ts";

/** A stretch of one measuring point outside its equipment's limits; `toTs` is null while it lasts. */
export type Excursion = Omit<typeof excursions.$inferSelect, "changedAt">;

const rowsPerInsert = 1_000;

/** The excursions of these measuring points that last or ended at or after `since`. */
export async function readExcursions(tx: Tx, points: readonly string[], since: number): Promise<Excursion[]> {
  if (points.length === 0) return [];
  const alive = or(isNull(excursions.toTs), gte(excursions.toTs, since));
  return tx
    .select()
    .from(excursions)
    .where(and(inArray(excursions.point, [...points]), alive));
}

/** Keeps new excursions and what changed of known ones, at `now`; the log is told once of each beginning. */
export async function saveExcursions(tx: Tx, rows: readonly Excursion[], now: number): Promise<void> {
  const known = sql`(${excursions.direction}, ${excursions.toTs}, ${excursions.knownTo}, ${excursions.extremeMilliC})`;
  const said = sql`(excluded.direction, excluded.to_ts, excluded.known_to, excluded.extreme_milli_c)`;
  for (let from = 0; from < rows.length; from += rowsPerInsert) {
    await tx
      .insert(excursions)
      .values(rows.slice(from, from + rowsPerInsert).map((row) => ({ ...row, changedAt: now })))
      .onConflictDoUpdate({
        target: [excursions.tenantId, excursions.equipmentId, excursions.point, excursions.fromTs],
        set: {
          direction: sql`excluded.direction`,
          toTs: sql`excluded.to_ts`,
          knownTo: sql`excluded.known_to`,
          extremeMilliC: sql`excluded.extreme_milli_c`,
          changedAt: sql`case when ${known} is distinct from ${said} then excluded.changed_at else ${excursions.changedAt} end`,
        },
      });
  }
}

/** Takes away rows that back-filled readings joined to an earlier beginning. */
export async function dropExcursions(tx: Tx, rows: readonly Excursion[]): Promise<void> {
  for (const row of rows) {
    await tx
      .delete(excursions)
      .where(
        and(
          eq(excursions.tenantId, row.tenantId),
          eq(excursions.equipmentId, row.equipmentId),
          eq(excursions.point, row.point),
          eq(excursions.fromTs, row.fromTs),
        ),
      );
  }
}
