/** Alarms as people see them, and their acknowledgement. */
import { and, eq, gt, isNull, or, type SQL, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { ownedBy } from "./console-reach.ts";
import { rowsAsJson } from "./rows-as-json.ts";
import { alarms } from "./schema/alarms.ts";
import type { Names } from "./schema/columns.ts";

/** An alarm with the names of where it is; nulls where that is no equipment, or not even a site. */
export interface AlarmRow extends Omit<typeof alarms.$inferSelect, "equipmentId"> {
  /** 0 while it is known to last unacknowledged, 1 while it is open otherwise, 2 when it is closed. */
  readonly rank: number;
  readonly organisationNames: Names;
  readonly siteNames: Names | null;
  readonly label: string | null;
  readonly equipmentNames: Names | null;
}

/** Where a page ends: the last alarm's rank, beginning and id. */
export type AlarmKey = Pick<AlarmRow, "rank" | "sinceTs" | "id">;

/** What of an acknowledgement is kept; `by` is who did it, as colleagues call them. */
export interface Acknowledgement {
  readonly at: number;
  readonly by: string;
  readonly action: NonNullable<AlarmRow["action"]>;
  readonly reason: string;
}

/** Of an alarm `a`: nobody acknowledged it, or not since late readings made it longer or worse. */
export const isUnacknowledged = sql`(a.acknowledged_at is null or a.grew_at > a.acknowledged_at)`;
/** Of an alarm `a`: it lasts, or is not acknowledged. */
export const isOpen = sql`(a.cleared_at is null or a.acknowledged_at is null or a.grew_at > a.acknowledged_at)`;
/** Of an alarm `a`: it lasts, and not only by what was back-filled. */
export const isLasting = sql`(a.cleared_at is null and a.known_to is null)`;
const rank = sql`case when ${isLasting} and ${isUnacknowledged} then 0 when ${isOpen} then 1 else 2 end`;

/** A page of the alarms of an organisation, or all: open and unacknowledged first, then newest first. */
export async function listAlarms(
  tx: Tx,
  tenant: string | null,
  page: { readonly state: "open" | "all"; readonly limit: number; readonly after?: AlarmKey },
): Promise<AlarmRow[]> {
  const { state, limit, after } = page;
  const isBeyond =
    after === undefined
      ? sql`true`
      : sql`(${rank}, -a.since_ts, -a.id) > (${after.rank}, ${-after.sinceTs}::bigint, ${-after.id}::bigint)`;
  return await readAlarms(
    tx,
    sql`where ${ownedBy("a", tenant)} and ${state === "open" ? isOpen : sql`true`} and ${isBeyond}
      order by ${rank}, a.since_ts desc, a.id desc limit ${limit}`,
  );
}

/** The open alarms of an equipment. */
export async function listOpenAlarmsOf(tx: Tx, tenant: string, equipmentId: string): Promise<AlarmRow[]> {
  return await readAlarms(
    tx,
    sql`where a.tenant_id = ${tenant} and a.equipment_id = ${equipmentId} and ${isOpen}
      order by ${rank}, a.since_ts desc, a.id desc`,
  );
}

/** How many alarms of an organisation, or all, stand at no site: of those open, how many nobody took up. */
export async function countAlarmsAtNoSite(
  tx: Tx,
  tenant: string | null,
): Promise<{ readonly open: number; readonly unacknowledged: number }> {
  const [counts] = await rowsAsJson<{ open: number; unacknowledged: number }>(
    tx,
    sql`select count(*)::int as open, (count(*) filter (where ${isUnacknowledged}))::int as unacknowledged
    from alarms a
    where a.equipment_id is null and a.site_id is null and ${isOpen} and ${ownedBy("a", tenant)}`,
  );
  return counts ?? { open: 0, unacknowledged: 0 };
}

/** An organisation's alarm by its id; null where it has none. */
export async function findAlarm(tx: Tx, tenant: string, id: number): Promise<AlarmRow | null> {
  const [found] = await readAlarms(tx, sql`where a.tenant_id = ${tenant} and a.id = ${id}`);
  return found ?? null;
}

async function readAlarms(tx: Tx, where: SQL): Promise<AlarmRow[]> {
  return await rowsAsJson<AlarmRow>(
    tx,
    sql`select ${rank} as rank, a.tenant_id as "tenantId", a.id, a.kind, a.since_ts as "sinceTs", a.until_ts as "untilTs",
      a.known_to as "knownTo", a.extreme_milli_c as "extremeMilliC", a.limit_milli_c as "limitMilliC", a.opened_at as "openedAt",
      a.cleared_at as "clearedAt", a.grew_at as "grewAt", a.acknowledged_at as "acknowledgedAt", a.acknowledged_by as "acknowledgedBy",
      a.action, a.reason, o.names as "organisationNames", t.id as "siteId", t.names as "siteNames", e.label,
      e.names as "equipmentNames"
    from alarms a
    join organisations o on o.tenant_id = a.tenant_id
    left join equipment e on e.tenant_id = a.tenant_id and e.id = a.equipment_id
    left join sites t on t.tenant_id = a.tenant_id and t.id = coalesce(e.site_id, a.site_id)
    ${where}`,
  );
}

/** Notes who did what about an alarm; false when somebody did since it last grew, or there is no such alarm. */
export async function acknowledgeAlarm(
  tx: Tx,
  tenant: string,
  id: number,
  { at, by, action, reason }: Acknowledgement,
): Promise<boolean> {
  const changed = await tx
    .update(alarms)
    .set({
      acknowledgedAt: sql`greatest(${at}::bigint, ${alarms.grewAt})`,
      acknowledgedBy: by,
      action,
      reason,
    })
    .where(
      and(
        eq(alarms.tenantId, tenant),
        eq(alarms.id, id),
        or(isNull(alarms.acknowledgedAt), gt(alarms.grewAt, alarms.acknowledgedAt)),
      ),
    )
    .returning({ id: alarms.id });
  return changed.length > 0;
}
