/** What the console's first screen is made of: sites, their equipment, and what every measuring point says now. */
import { sql } from "drizzle-orm";
import { isLasting, isOpen, isUnacknowledged } from "./alarms.ts";
import type { Tx } from "./connect.ts";
import { ownedBy } from "./console-reach.ts";
import { rowsAsJson } from "./rows-as-json.ts";
import type { Names } from "./schema/columns.ts";
import type { equipment } from "./schema/equipment.ts";
import type { sites } from "./schema/sites.ts";

/** A site with the names of its organisation; alarms are open until they are over and acknowledged, some known to last. */
export interface SiteRow {
  readonly tenantId: string;
  readonly organisationNames: Names;
  readonly id: string;
  readonly names: Names;
  readonly city: Names | null;
  readonly province: Names | null;
  readonly kind: (typeof sites.$inferSelect)["kind"];
  readonly openAlarms: number;
  readonly lastingAlarms: number;
  readonly unacknowledged: number;
}

/** An equipment of a site with its limits in milli-°C. */
export type EquipmentRow = Pick<
  typeof equipment.$inferSelect,
  | "tenantId"
  | "id"
  | "siteId"
  | "label"
  | "names"
  | "kind"
  | "scope"
  | "profile"
  | "profileVersion"
  | "lowerMilliC"
  | "upperMilliC"
  | "segmentMs"
  | "validatedMs"
>;

/**
 * A sensor where it lies now, with its newest reading there and the longest valid of the calibrations that began; times in
 * epoch ms. `isReplay`: its gateway brings a logger's file in.
 */
export interface SensorNow {
  readonly tenantId: string;
  readonly equipmentId: string;
  readonly id: string;
  readonly point: string;
  readonly gatewayId: string;
  readonly isReplay: boolean;
  readonly channel: string;
  readonly acceptedAt: number;
  readonly newestTs: number | null;
  readonly tMilliC: number | null;
  readonly err: string | null;
  readonly certificate: string | null;
  readonly calibratedUntil: number | null;
}

/** An excursion that lasts, of a point that still lies in the equipment. */
export interface LastingExcursion {
  readonly tenantId: string;
  readonly equipmentId: string;
  readonly direction: "high" | "low";
  readonly fromTs: number;
}

/** The sites of an organisation, or all. */
export async function readSites(tx: Tx, tenant: string | null): Promise<SiteRow[]> {
  return await rowsAsJson<SiteRow>(
    tx,
    sql`
    select s.tenant_id as "tenantId", o.names as "organisationNames", s.id, s.names, s.city, s.province, s.kind,
      coalesce(n.open, 0)::int as "openAlarms", coalesce(n.lasting, 0)::int as "lastingAlarms",
      coalesce(n.unacknowledged, 0)::int as unacknowledged
    from sites s
    join organisations o on o.tenant_id = s.tenant_id
    left join (
      select a.tenant_id, coalesce(e.site_id, a.site_id) as site_id, count(*) as open, count(*) filter (where ${isLasting}) as lasting,
        count(*) filter (where ${isUnacknowledged}) as unacknowledged
      from alarms a left join equipment e on e.tenant_id = a.tenant_id and e.id = a.equipment_id
      where ${isOpen} and ${ownedBy("a", tenant)}
      group by 1, 2
    ) n on n.tenant_id = s.tenant_id and n.site_id = s.id
    where ${ownedBy("s", tenant)}`,
  );
}

/** The equipment of an organisation, or all. */
export async function readEquipment(tx: Tx, tenant: string | null): Promise<EquipmentRow[]> {
  return await rowsAsJson<EquipmentRow>(
    tx,
    sql`
    select e.tenant_id as "tenantId", e.id, e.site_id as "siteId", e.label, e.names, e.kind, e.scope, e.profile,
      e.profile_version as "profileVersion", e.lower_milli_c as "lowerMilliC", e.upper_milli_c as "upperMilliC",
      e.segment_ms as "segmentMs", e.validated_ms as "validatedMs"
    from equipment e where ${ownedBy("e", tenant)}`,
  );
}

/**
 * The sensors that lie in equipment of an organisation, or all, or of one equipment. A reading from before a sensor was
 * put where it lies now says nothing of this place.
 */
export async function readSensorsNow(
  tx: Tx,
  tenant: string | null,
  now: number,
  equipmentId: string | null = null,
): Promise<SensorNow[]> {
  return await rowsAsJson<SensorNow>(
    tx,
    sql`
    select s.tenant_id as "tenantId", s.equipment_id as "equipmentId", s.id, s.point, s.gateway_id as "gatewayId",
      g.kind = 'replay' as "isReplay", s.channel, s.accepted_at as "acceptedAt", l.ts as "newestTs", l.t_milli_c as "tMilliC", l.err,
      c.certificate, c.valid_until as "calibratedUntil"
    from sensors s
    left join latest_values l on l.tenant_id = s.tenant_id and l.point = s.point and l.ts >= s.since
    join gateways g on g.tenant_id = s.tenant_id and g.id = s.gateway_id
    left join (
      select distinct on (tenant_id, sensor_id) tenant_id, sensor_id, certificate, valid_until
      from calibrations where calibrated_at <= ${now} order by tenant_id, sensor_id, valid_until desc
    ) c on c.tenant_id = s.tenant_id and c.sensor_id = s.id
    where s.equipment_id is not null and ${ownedBy("s", tenant)}
      and ${equipmentId === null ? sql`true` : sql`s.equipment_id = ${equipmentId}`}
    order by s.tenant_id, s.id`,
  );
}

/** The excursions that last in equipment of an organisation, or all, or of one equipment. */
export async function readLastingExcursions(
  tx: Tx,
  tenant: string | null,
  equipmentId: string | null = null,
): Promise<LastingExcursion[]> {
  return await rowsAsJson<LastingExcursion>(
    tx,
    sql`
    select x.tenant_id as "tenantId", x.equipment_id as "equipmentId", x.direction, x.from_ts as "fromTs"
    from excursions x
    join sensors s on s.tenant_id = x.tenant_id and s.point = x.point and s.equipment_id = x.equipment_id
    where x.to_ts is null and ${ownedBy("x", tenant)}
      and ${equipmentId === null ? sql`true` : sql`x.equipment_id = ${equipmentId}`}`,
  );
}
