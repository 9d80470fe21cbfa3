import { and, inArray, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { latestValues } from "./schema/latest-values.ts";

/** The newest reading of a measuring point by device time. */
export type LatestValue = typeof latestValues.$inferSelect;

const rowsPerInsert = 1_000;

/** The newest device time of each measuring point that has one, keyed `tenant/point`. */
export async function newestTimes(
  tx: Tx,
  points: readonly { tenant: string; point: string }[],
): Promise<Map<string, number>> {
  if (points.length === 0) return new Map();
  const tenants = [...new Set(points.map((p) => p.tenant))];
  const names = [...new Set(points.map((p) => p.point))];
  const rows = await tx
    .select({ tenant: latestValues.tenantId, point: latestValues.point, ts: latestValues.ts })
    .from(latestValues)
    .where(and(inArray(latestValues.tenantId, tenants), inArray(latestValues.point, names)));
  return new Map(rows.map((row) => [`${row.tenant}/${row.point}`, row.ts]));
}

/** Moves the newest value of each point forward; an older reading never replaces a newer one. */
export async function moveLatestValues(tx: Tx, values: readonly LatestValue[]): Promise<void> {
  for (let from = 0; from < values.length; from += rowsPerInsert) {
    await tx
      .insert(latestValues)
      .values(values.slice(from, from + rowsPerInsert))
      .onConflictDoUpdate({
        target: [latestValues.tenantId, latestValues.point],
        set: {
          ts: sql`excluded.ts`,
          tMilliC: sql`excluded.t_milli_c`,
          rhPermille: sql`excluded.rh_permille`,
          err: sql`excluded.err`,
          receivedAt: sql`excluded.received_at`,
        },
        setWhere: sql`excluded.ts > ${latestValues.ts}`,
      });
  }
}
