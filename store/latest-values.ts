import { and, inArray, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { listsOf } from "./list-of.ts";
import { latestValues } from "./schema/latest-values.ts";

/** The newest reading of a measuring point by device time. */
export type LatestValue = typeof latestValues.$inferSelect;

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

/** Moves the newest value of each point forward, each point once; an older reading never replaces a newer one. */
export async function moveLatestValues(tx: Tx, values: readonly LatestValue[]): Promise<void> {
  if (values.length === 0) return;
  const list = listsOf(values);
  await tx.execute(sql`
    insert into latest_values (tenant_id, point, ts, t_milli_c, rh_permille, err, received_at)
    select * from unnest(
      ${list("text", (v) => v.tenantId)}, ${list("text", (v) => v.point)}, ${list("bigint", (v) => v.ts)},
      ${list("int", (v) => v.tMilliC)}, ${list("int", (v) => v.rhPermille)},
      ${list("text", (v) => v.err)}, ${list("bigint", (v) => v.receivedAt)})
    on conflict (tenant_id, point) do update set ts = excluded.ts, t_milli_c = excluded.t_milli_c,
      rh_permille = excluded.rh_permille, err = excluded.err, received_at = excluded.received_at
    where excluded.ts > latest_values.ts`);
}
