/** What alarms are derived from, and how they are kept; for the worker role, over all organisations. */
import { and, inArray, isNull, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { alarms } from "./schema/alarms.ts";
import type { equipment } from "./schema/equipment.ts";

const conditionKinds = ["no-data", "sensor-fault", "calibration-expired"] as const;
/** What the watch opens alarms about. */
type WatchedKind = "too-cold" | "too-warm" | (typeof conditionKinds)[number];

/** An alarm as the watch knows it. */
export interface KnownAlarm
  extends Pick<
    typeof alarms.$inferSelect,
    | "tenantId"
    | "id"
    | "sinceTs"
    | "untilTs"
    | "knownTo"
    | "extremeMilliC"
    | "limitMilliC"
    | "clearedAt"
    | "grewAt"
  > {
  readonly equipmentId: string;
  readonly kind: WatchedKind;
}
/** An alarm to be opened; one that is over already has its end and `clearedAt`. */
export type NewAlarm = Omit<KnownAlarm, "id" | "grewAt"> & { readonly openedAt: number };

/** A stretch of one point outside the limits; it ends where the point was taken out of the equipment. `knownTo` as stored. */
export interface WatchedExcursion {
  readonly tenantId: string;
  readonly equipmentId: string;
  readonly direction: "high" | "low";
  readonly fromTs: number;
  readonly toTs: number | null;
  readonly knownTo: number | null;
  readonly extremeMilliC: number;
  readonly limitMilliC: number;
}

/** An equipment from whose earliest moment of interest on excursions and alarms are compared. */
export interface TouchedPlace {
  readonly tenantId: string;
  readonly equipmentId: string;
  readonly fromTs: number;
}

/** A kind of place for which a rule profile says how long a point may be silent. */
export type RuleSet = Pick<typeof equipment.$inferSelect, "profile" | "profileVersion" | "scope">;

/** A point that something is wrong with, or whose equipment has an alarm that lasts. */
export interface TroubledPoint extends RuleSet {
  readonly tenantId: string;
  readonly equipmentId: string;
  readonly acceptedAt: number;
  readonly newestTs: number | null;
  readonly tMilliC: number | null;
  readonly err: string | null;
  readonly calibratedUntil: number | null;
}

const rowsPerInsert = 1_000;

/** Whether this transaction alone watches alarms: two processes never do at once. */
export async function holdAlarmWatch(tx: Tx): Promise<boolean> {
  const { rows } = await tx.execute<{ held: boolean }>(
    sql`select pg_try_advisory_xact_lock(hashtext('coldmark/alarm-watch')) as held`,
  );
  return rows[0]?.held === true;
}

/** When the newest alarm was opened: what changed of excursions well before it was looked at. 0 before the first. */
export async function newestOpening(tx: Tx): Promise<number> {
  const { rows } = await tx.execute<{ at: number | null }>(
    sql`select max(opened_at) as at from alarms where kind in ('too-cold', 'too-warm')`,
  );
  return rows[0]?.at ?? 0;
}

/** The places of excursions that are new or changed after `after`, oldest first: at least `limit` if there are as many. */
export async function placesChangedAfter(
  tx: Tx,
  after: number,
  limit: number,
): Promise<(TouchedPlace & { readonly changedAt: number })[]> {
  const { rows } = await tx.execute<TouchedPlace & { changedAt: number } & Record<string, unknown>>(sql`
    select tenant_id as "tenantId", equipment_id as "equipmentId", from_ts as "fromTs", changed_at as "changedAt"
    from excursions where changed_at > ${after} order by changed_at fetch first ${sql.raw(String(limit))} rows with ties`);
  return rows;
}

/** The places of excursions that last, of alarms about them that last, or cleared since and not acknowledged. */
export async function placesUnderWatch(tx: Tx, clearedSince: number): Promise<TouchedPlace[]> {
  const { rows } = await tx.execute<TouchedPlace & Record<string, unknown>>(sql`
    select tenant_id as "tenantId", equipment_id as "equipmentId", from_ts as "fromTs" from excursions where to_ts is null
    union all
    select tenant_id, equipment_id, since_ts from alarms
    where (cleared_at is null or acknowledged_at is null) and (cleared_at is null or cleared_at >= ${clearedSince})
      and kind in ('too-cold', 'too-warm')`);
  return rows;
}

/** The excursions at these places that last or ended after the place's `fromTs`. */
export async function readExcursionsAt(tx: Tx, places: readonly TouchedPlace[]): Promise<WatchedExcursion[]> {
  if (places.length === 0) return [];
  const { rows } = await tx.execute<WatchedExcursion & Record<string, unknown>>(sql`
    select * from (
      select x.tenant_id as "tenantId", x.equipment_id as "equipmentId", x.direction, x.from_ts as "fromTs",
        coalesce(x.to_ts, case when s.equipment_id is distinct from x.equipment_id
          then greatest(s.since, x.from_ts) end) as "toTs", x.known_to as "knownTo",
        x.extreme_milli_c as "extremeMilliC", x.limit_milli_c as "limitMilliC", p.from_ts as place_from
      from ${unnested(places)}
      join excursions x on x.tenant_id = p.tenant_id and x.equipment_id = p.equipment_id
      left join sensors s on s.tenant_id = x.tenant_id and s.point = x.point
      where x.to_ts is null or x.to_ts >= p.from_ts
    ) found where "toTs" is null or "toTs" >= place_from`);
  return rows;
}

/** The alarms about excursions at these places that last or ended after the place's `fromTs`. */
export async function readAlarmsAt(tx: Tx, places: readonly TouchedPlace[]): Promise<KnownAlarm[]> {
  if (places.length === 0) return [];
  const { rows } = await tx.execute<KnownAlarm & Record<string, unknown>>(sql`
    select a.tenant_id as "tenantId", a.id, a.equipment_id as "equipmentId", a.kind, a.since_ts as "sinceTs",
      a.until_ts as "untilTs", a.known_to as "knownTo", a.extreme_milli_c as "extremeMilliC", a.limit_milli_c as "limitMilliC",
      a.cleared_at as "clearedAt", a.grew_at as "grewAt"
    from ${unnested(places)}
    join alarms a on a.tenant_id = p.tenant_id and a.equipment_id = p.equipment_id
    where a.kind in ('too-cold', 'too-warm') and (a.until_ts is null or a.until_ts >= p.from_ts)`);
  return rows;
}

function unnested(places: readonly TouchedPlace[]) {
  const column = (pick: (place: TouchedPlace) => unknown) => sql.param(places.map(pick));
  return sql`unnest(${column((p) => p.tenantId)}::text[], ${column((p) => p.equipmentId)}::text[],
    ${column((p) => p.fromTs)}::bigint[]) as p(tenant_id, equipment_id, from_ts)`;
}

/** When the oldest message came that the projector has not seen; null when it has seen all. */
export async function oldestUnprojected(tx: Tx): Promise<number | null> {
  const { rows } = await tx.execute<{ at: number }>(sql`
    select received_at as at from inbox
    where id > coalesce((select position from cursors where name = 'projector'), 0) order by id limit 1`);
  return rows[0]?.at ?? null;
}

/** Which rule sets equipment is kept under. */
export async function readRuleSets(tx: Tx): Promise<RuleSet[]> {
  const { rows } = await tx.execute<RuleSet & Record<string, unknown>>(
    sql`select distinct profile, profile_version as "profileVersion", scope from equipment`,
  );
  return rows;
}

/** The points that are silent longer than their rules allow, faulty or not calibrated at `now`; and all of equipment under alarm. */
export async function readTroubledPoints(
  tx: Tx,
  rules: readonly (RuleSet & { readonly silentAfterMs: number })[],
  now: number,
): Promise<TroubledPoint[]> {
  const column = (pick: (rule: RuleSet & { silentAfterMs: number }) => unknown) => sql.param(rules.map(pick));
  const { rows } = await tx.execute<TroubledPoint & Record<string, unknown>>(sql`
    select s.tenant_id as "tenantId", s.equipment_id as "equipmentId", e.profile, e.profile_version as "profileVersion",
      e.scope, s.accepted_at as "acceptedAt", l.ts as "newestTs", l.t_milli_c as "tMilliC", l.err,
      c.valid_until as "calibratedUntil"
    from sensors s
    join equipment e on e.tenant_id = s.tenant_id and e.id = s.equipment_id
    join unnest(${column((r) => r.profile)}::text[], ${column((r) => r.profileVersion)}::integer[],
        ${column((r) => r.scope)}::text[], ${column((r) => r.silentAfterMs)}::bigint[])
      as r(profile, version, scope, silent_ms)
      on r.profile = e.profile and r.version = e.profile_version and r.scope = e.scope
    left join latest_values l on l.tenant_id = s.tenant_id and l.point = s.point and l.ts >= s.since
    left join (
      select tenant_id, sensor_id, max(valid_until) as valid_until from calibrations
      where calibrated_at <= ${now} group by 1, 2
    ) c on c.tenant_id = s.tenant_id and c.sensor_id = s.id
    left join (
      select distinct tenant_id, equipment_id from alarms
      where cleared_at is null and kind in ('no-data', 'sensor-fault', 'calibration-expired')
    ) a on a.tenant_id = s.tenant_id and a.equipment_id = s.equipment_id
    where l.ts is null or ${now} - l.ts > r.silent_ms or l.err is not null or l.t_milli_c is null
      or c.valid_until is null or c.valid_until < ${now} or a.equipment_id is not null`);
  return rows;
}

/** The alarms that last about silence, faults and calibrations. */
export async function readLastingConditionAlarms(tx: Tx): Promise<KnownAlarm[]> {
  const rows = await tx
    .select()
    .from(alarms)
    .where(and(isNull(alarms.clearedAt), inArray(alarms.kind, conditionKinds)));
  return rows as (typeof alarms.$inferSelect & Pick<KnownAlarm, "equipmentId" | "kind">)[];
}

/** Opens alarms. One that began at the same moment before is the same one: it lasts again, or has the end given. */
export async function insertAlarms(tx: Tx, opened: readonly NewAlarm[]): Promise<void> {
  for (let from = 0; from < opened.length; from += rowsPerInsert) {
    await tx
      .insert(alarms)
      .values(opened.slice(from, from + rowsPerInsert))
      .onConflictDoUpdate({
        target: [alarms.tenantId, alarms.equipmentId, alarms.kind, alarms.sinceTs],
        set: {
          untilTs: sql`excluded.until_ts`,
          knownTo: sql`excluded.known_to`,
          extremeMilliC: sql`excluded.extreme_milli_c`,
          clearedAt: sql`excluded.cleared_at`,
        },
      });
  }
}

/**
 * Keeps what changed of known alarms: beginning, end, up to when they are known, extreme, when we saw that they were over, and that they grew: after
 * whatever was said of them meanwhile.
 */
export async function updateAlarms(tx: Tx, changed: readonly KnownAlarm[]): Promise<void> {
  if (changed.length === 0) return;
  const column = (pick: (alarm: KnownAlarm) => unknown) => sql.param(changed.map(pick));
  await tx.execute(sql`
    update alarms a set since_ts = v.since_ts, until_ts = v.until_ts, known_to = v.known_to, extreme_milli_c = v.extreme, cleared_at = v.cleared_at,
      grew_at = case when v.grew_at is distinct from a.grew_at then greatest(v.grew_at, a.acknowledged_at + 1) else a.grew_at end
    from unnest(${column((c) => c.tenantId)}::text[], ${column((c) => c.id)}::bigint[],
      ${column((c) => c.sinceTs)}::bigint[], ${column((c) => c.untilTs)}::bigint[],
      ${column((c) => c.knownTo)}::bigint[], ${column((c) => c.extremeMilliC)}::integer[], ${column((c) => c.clearedAt)}::bigint[],
      ${column((c) => c.grewAt)}::bigint[])
      as v(tenant_id, id, since_ts, until_ts, known_to, extreme, cleared_at, grew_at)
    where a.tenant_id = v.tenant_id and a.id = v.id`);
}
