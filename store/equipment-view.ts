/** One equipment as the console shows it: what it is, what lay in it when, how far it is sealed and anchored. */
import { and, desc, eq, inArray, lt, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { ownedBy } from "./console-reach.ts";
import type { Excursion } from "./excursions.ts";
import type { EquipmentRow } from "./overview.ts";
import { rowsAsJson } from "./rows-as-json.ts";
import type { Names } from "./schema/columns.ts";
import { entries } from "./schema/entries.ts";

/** An equipment with the names of its organisation and its site. */
export interface EquipmentView extends EquipmentRow {
  readonly organisationNames: Names;
  readonly siteNames: Names;
  readonly city: Names | null;
  readonly province: Names | null;
}

/** A sensor's stay in an equipment, epoch ms; `until` is null while it lasts. */
export interface Stay {
  readonly sensor: string;
  readonly point: string;
  readonly since: number;
  readonly until: number | null;
}

/**
 * A gateway, when it was last heard of (epoch ms), and how far its clock is behind ours by its newest boot that told. One that
 * doesn't number its messages was heard of when the newest reading of its sensors came; it never says when it sent, and a reading that
 * came late looks like one by a slow clock. But none comes before it was taken: where the newest did, its clock is ahead by so much at least.
 */
export interface GatewayView {
  readonly id: string;
  readonly signatureRequired: boolean;
  readonly lastReceivedAt: number | null;
  readonly skewMs: number | null;
}

/** An equipment by the label printed on it; null where an organisation (null: any) has none of that label. */
export async function findEquipmentView(
  tx: Tx,
  tenant: string | null,
  label: string,
): Promise<EquipmentView | null> {
  const [found] = await rowsAsJson<EquipmentView>(
    tx,
    sql`select e.tenant_id as "tenantId", e.id, e.site_id as "siteId", e.label, e.names, e.kind, e.scope, e.profile,
      e.profile_version as "profileVersion", e.lower_milli_c as "lowerMilliC", e.upper_milli_c as "upperMilliC",
      e.segment_ms as "segmentMs", e.validated_ms as "validatedMs", o.names as "organisationNames",
      s.names as "siteNames", s.city, s.province
    from equipment e
    join organisations o on o.tenant_id = e.tenant_id
    join sites s on s.tenant_id = e.tenant_id and s.id = e.site_id
    where e.label = ${label} and ${ownedBy("e", tenant)}`,
  );
  return found ?? null;
}

/** The stays of sensors in an equipment that overlap [from, to), by sensor, then time. */
export async function readStays(
  tx: Tx,
  place: { readonly tenantId: string; readonly id: string },
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Stay[]> {
  return await rowsAsJson<Stay>(
    tx,
    sql`select s.id as sensor, s.point, p.since, p.until
    from sensor_placements p join sensors s on s.tenant_id = p.tenant_id and s.id = p.sensor_id
    where p.tenant_id = ${place.tenantId} and p.equipment_id = ${place.id} and p.since < ${to}
      and (p.until is null or p.until > ${from})
    order by s.id, p.since`,
  );
}

/** The excursions of an equipment that overlap [from, to), oldest first; one ends where its sensor was taken out. */
export async function readExcursionsIn(
  tx: Tx,
  place: { readonly tenantId: string; readonly id: string },
  { from, to }: { readonly from: number; readonly to: number },
): Promise<(Pick<Excursion, "direction" | "fromTs" | "toTs" | "extremeMilliC"> & { sensor: string })[]> {
  return await rowsAsJson(
    tx,
    sql`select * from (
      select coalesce(s.id, x.point) as sensor, x.direction, x.from_ts as "fromTs", x.extreme_milli_c as "extremeMilliC",
        coalesce(x.to_ts, case when s.equipment_id is distinct from x.equipment_id
          then greatest(s.since, x.from_ts) end) as "toTs"
      from excursions x left join sensors s on s.tenant_id = x.tenant_id and s.point = x.point
      where x.tenant_id = ${place.tenantId} and x.equipment_id = ${place.id} and x.from_ts < ${to}
    ) found where "toTs" is null or "toTs" > ${from} order by "fromTs"`,
  );
}

/** These gateways of an organisation, by id. */
export async function readGateways(tx: Tx, tenant: string, ids: readonly string[]): Promise<GatewayView[]> {
  return await rowsAsJson<GatewayView>(
    tx,
    sql`select g.id, g.signature_required as "signatureRequired", case when g.kind in ('native', 'replay') then (
      select max(p.last_received_at) from gateway_progress p where p.tenant_id = g.tenant_id and p.gateway_id = g.id
    ) else (
      select max(v.received_at) from sensors s join latest_values v on v.tenant_id = s.tenant_id and v.point = s.point
      where s.tenant_id = g.tenant_id and s.gateway_id = g.id
    ) end as "lastReceivedAt", case when g.kind in ('native', 'replay') then (
      select p.skew_ms from gateway_progress p
      where p.tenant_id = g.tenant_id and p.gateway_id = g.id and p.skew_ms is not null
      order by p.last_received_at desc, p.boot desc limit 1
    ) else (
      select case when v.received_at < v.ts then v.received_at - v.ts end
      from sensors s join latest_values v on v.tenant_id = s.tenant_id and v.point = s.point
      where s.tenant_id = g.tenant_id and s.gateway_id = g.id order by v.received_at desc, v.ts desc limit 1
    ) end as "skewMs"
    from gateways g where g.tenant_id = ${tenant} and g.id = any(${sql.param([...ids])}::text[]) order by g.id`,
  );
}

/** The end of an equipment's newest sealed window, epoch ms; null before the first. */
export async function readSealedUntil(
  tx: Tx,
  place: { readonly tenantId: string; readonly id: string },
): Promise<number | null> {
  const [found] = await rowsAsJson<{ until: number | null }>(
    tx,
    sql`select max(w.to_ms) as until from windows w
    where w.tenant_id = ${place.tenantId} and w.equipment_id = ${place.id} and w.versions > 0`,
  );
  return found?.until ?? null;
}

/** The end of an equipment's newest window inside a tree of `size` leaves, epoch ms; for the worker role. */
export async function readWindowEnd(tx: Tx, stream: Uint8Array, size: number): Promise<number | null> {
  const [found] = await tx
    .select({ toMs: entries.toMs })
    .from(entries)
    .where(
      and(eq(entries.stream, stream), lt(entries.index, size), inArray(entries.kind, ["segment", "late"])),
    )
    .orderBy(desc(entries.toMs))
    .limit(1);
  return found?.toMs ?? null;
}
