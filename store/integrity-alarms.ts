import { sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";

/** What an alarm is raised for: a measuring point, or a gateway. */
interface Contradicted {
  readonly tenant: string;
  readonly subject: string;
}

/**
 * Raises an alarm on each equipment that a contradiction touches: where the point lies now, or whatever hangs on the gateway;
 * where that is none, on the gateway's site. It happened and is over, so the alarm stays open until somebody acknowledges it;
 * until then what more is found there belongs to it, so that a flood is one alarm. `at`: epoch ms. For the worker role.
 */
export async function raiseIntegrityAlarms(
  tx: Tx,
  found: readonly Contradicted[],
  at: number,
): Promise<void> {
  if (found.length === 0) return;
  const column = (pick: (each: Contradicted) => string) => sql.param(found.map(pick));
  await tx.execute(sql`
    with found as (
      select distinct tenant_id, subject
      from unnest(${column((f) => f.tenant)}::text[], ${column((f) => f.subject)}::text[]) as f(tenant_id, subject)
    ), touched as (
      select f.tenant_id, f.subject, s.equipment_id, g.site_id
      from found f
      left join sensors s on s.tenant_id = f.tenant_id and (s.point = f.subject or s.gateway_id = f.subject)
      left join gateways g on g.tenant_id = f.tenant_id and g.id = coalesce(s.gateway_id, f.subject)
    ), places as (
      select distinct t.tenant_id, t.equipment_id, case when t.equipment_id is null then t.site_id end as site_id
      from touched t
      where t.equipment_id is not null or not exists (
        select from touched o
        where o.tenant_id = t.tenant_id and o.subject = t.subject and o.equipment_id is not null
      )
    ), told as (
      update alarms a set until_ts = greatest(a.until_ts, ${at}) from places p
      where a.tenant_id = p.tenant_id and a.kind = 'integrity' and a.acknowledged_at is null
        and a.equipment_id is not distinct from p.equipment_id and a.site_id is not distinct from p.site_id
      returning a.tenant_id, a.equipment_id, a.site_id
    )
    insert into alarms (tenant_id, equipment_id, site_id, kind, since_ts, until_ts, opened_at, cleared_at)
    select p.tenant_id, p.equipment_id, p.site_id, 'integrity', ${at}::bigint, ${at}::bigint, ${at}::bigint, ${at}::bigint
    from places p
    where not exists (
      select from told o
      where o.tenant_id = p.tenant_id and o.equipment_id is not distinct from p.equipment_id
        and o.site_id is not distinct from p.site_id
    )
    on conflict do nothing`);
}
