import { and, asc, eq, gte, lt, or, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { calibrations } from "./schema/calibrations.ts";
import { cursors } from "./schema/cursors.ts";
import { equipment } from "./schema/equipment.ts";
import { sensorPlacements } from "./schema/sensor-placements.ts";
import { sensors } from "./schema/sensors.ts";
import { windows } from "./schema/windows.ts";

/** A window of equipment; a negative `versions` = −n while version n is being sealed, so that a crash leaves a trace. */
export type Window = typeof windows.$inferSelect;

/** Equipment whose time is cut into windows, and where its sealed windows end. */
export interface SealedEquipment {
  readonly tenantId: string;
  readonly id: string;
  readonly label: string;
  readonly scope: "shop" | "warehouse" | "transport";
  readonly profile: string;
  readonly profileVersion: number;
  readonly lowerMilliC: number;
  readonly upperMilliC: number;
  readonly segmentMs: number;
  readonly since: number;
  readonly acceptedAt: number;
  /** Start of the window in which the tiling begins: no earlier than the back-dating that the rules allow. */
  readonly tiledFrom: number;
  /** End of the newest tiled window that is sealed or being sealed. */
  readonly sealedTo: number | null;
}

/** A sensor's stay in an equipment, with its calibrations. */
export interface PlacedPoint {
  readonly point: string;
  readonly since: number;
  readonly until: number | null;
  readonly calibrations: readonly { readonly calibratedAt: number; readonly validUntil: number }[];
}

/**
 * Keeps the projector where it is to the end of this transaction, and gives its position: what it stores afterwards
 * sees the windows that are claimed now.
 */
export async function holdProjector(tx: Tx): Promise<number> {
  const rows = await tx.select().from(cursors).where(eq(cursors.name, "projector")).for("update");
  return rows[0]?.position ?? 0;
}

/** Something that differs as soon as equipment is added or changed. */
export async function readEquipmentState(tx: Tx): Promise<string> {
  const { rows } = await tx.execute<{ state: string }>(
    sql`select count(*) || '/' || coalesce(max(accepted_at), 0) as state from equipment`,
  );
  return rows[0]?.state ?? "";
}

/** All equipment with the end of its tiling; `backdatingMs` is how far before its acceptance tiling may begin. */
export async function readSealedEquipment(tx: Tx, backdatingMs: number): Promise<SealedEquipment[]> {
  const e = equipment;
  const tiledFrom = sql<number>`(greatest(${e.since}, ${e.acceptedAt} - ${backdatingMs}) / ${e.segmentMs}) * ${e.segmentMs}`;
  // Named with their table: a bare column would be the window's own, and equal to itself.
  const sealedTo = sql<number | null>`(select w.to_ms from windows w where w.tenant_id = ${e}.tenant_id
    and w.equipment_id = ${e}.id and w.versions <> 0 and w.from_ms >= ${tiledFrom} order by w.from_ms desc limit 1)`;
  const rows = await tx
    .select({
      ...{ tenantId: e.tenantId, id: e.id, label: e.label, scope: e.scope },
      ...{ profile: e.profile, profileVersion: e.profileVersion },
      ...{ lowerMilliC: e.lowerMilliC, upperMilliC: e.upperMilliC },
      ...{ segmentMs: e.segmentMs, since: e.since, acceptedAt: e.acceptedAt, tiledFrom, sealedTo },
    })
    .from(e);
  return rows.map((row) => ({
    ...row,
    tiledFrom: Number(row.tiledFrom),
    sealedTo: row.sealedTo === null ? null : Number(row.sealedTo),
  }));
}

/** Windows that must be sealed again, or were being sealed when that ended, oldest first; not those of `except`. */
export async function readUnsealedWindows(
  tx: Tx,
  { limit, except }: { limit: number; except: readonly Pick<Window, "tenantId" | "equipmentId">[] },
): Promise<Window[]> {
  const column = (pick: (place: (typeof except)[number]) => string) => sql.param(except.map(pick));
  const isOther = sql`(${windows.tenantId}, ${windows.equipmentId}) not in (select * from unnest(
    ${column((place) => place.tenantId)}::text[], ${column((place) => place.equipmentId)}::text[]))`;
  return tx
    .select()
    .from(windows)
    .where(
      and(or(eq(windows.dirty, true), lt(windows.versions, 0)), except.length === 0 ? undefined : isOther),
    )
    .orderBy(asc(windows.fromMs))
    .limit(limit);
}

/**
 * Takes windows in hand before their readings are read: what the projector stores from now on marks them dirty.
 * Gives them back with the version (negative) that is being sealed.
 */
export async function claimWindows(
  tx: Tx,
  wanted: readonly Pick<Window, "tenantId" | "equipmentId" | "fromMs" | "toMs">[],
  now: number,
): Promise<Window[]> {
  if (wanted.length === 0) return [];
  return tx
    .insert(windows)
    .values(wanted.map((window) => ({ ...window, versions: -1, dirty: false, sealedAt: now })))
    .onConflictDoUpdate({
      target: [windows.tenantId, windows.equipmentId, windows.fromMs],
      set: {
        versions: sql`case when ${windows.versions} < 0 then ${windows.versions} else -(${windows.versions} + 1) end`,
        toMs: sql`case when ${windows.versions} = 0 then excluded.to_ms else ${windows.toMs} end`,
        dirty: sql`false`,
        sealedAt: sql`excluded.sealed_at`,
      },
    })
    .returning();
}

/** Notes that claimed windows are queued for the log; a mark set meanwhile stays. */
export async function markSealed(tx: Tx, claimed: readonly Window[]): Promise<void> {
  const column = (pick: (window: Window) => unknown) => sql.param(claimed.map(pick));
  await tx.execute(sql`
    update windows w set versions = -w.versions
    from unnest(${column((w) => w.tenantId)}::text[], ${column((w) => w.equipmentId)}::text[],
      ${column((w) => w.fromMs)}::bigint[]) as v(tenant_id, equipment_id, from_ms)
    where w.tenant_id = v.tenant_id and w.equipment_id = v.equipment_id and w.from_ms = v.from_ms and w.versions < 0`);
}

/** The windows of an equipment that overlap [from, to). */
export async function readWindows(
  tx: Tx,
  place: { tenantId: string; equipmentId: string; from: number; to: number },
): Promise<Window[]> {
  const { tenantId, equipmentId } = place;
  return tx
    .select()
    .from(windows)
    .where(
      and(
        eq(windows.tenantId, tenantId),
        eq(windows.equipmentId, equipmentId),
        lt(windows.fromMs, place.to),
        gte(windows.toMs, place.from + 1),
      ),
    );
}

/** An equipment's time [from, to) whose measuring points are asked for. */
export interface Stay {
  readonly tenantId: string;
  readonly equipmentId: string;
  readonly from: number;
  readonly to: number;
}

/** The measuring points that lay in each equipment at any time of [from, to), in the order of the stays. */
export async function readPlacedPoints(tx: Tx, stays: readonly Stay[]): Promise<PlacedPoint[][]> {
  const p = sensorPlacements;
  const column = (pick: (stay: Stay) => string) => sql.param(stays.map(pick));
  const rows = await tx
    .select({
      tenantId: p.tenantId,
      equipmentId: p.equipmentId,
      point: sensors.point,
      sensorId: sensors.id,
      since: p.since,
      until: p.until,
    })
    .from(p)
    .innerJoin(sensors, and(eq(sensors.tenantId, p.tenantId), eq(sensors.id, p.sensorId)))
    .where(
      sql`(${p.tenantId}, ${p.equipmentId}) in (select * from unnest(${column((s) => s.tenantId)}::text[],
        ${column((s) => s.equipmentId)}::text[]))`,
    );
  const certificates = await readCertificates(tx, rows);
  const placed = Map.groupBy(rows, ({ tenantId, equipmentId }) => `${tenantId}/${equipmentId}`);
  return stays.map(({ tenantId, equipmentId, from, to }) =>
    (placed.get(`${tenantId}/${equipmentId}`) ?? [])
      .filter(({ since, until }) => since < to && (until === null || until > from))
      .map(({ sensorId, point, since, until }) => ({
        ...{ point, since, until },
        calibrations: certificates.get(`${tenantId}/${sensorId}`) ?? [],
      })),
  );
}

/** Calibrations of these sensors, by `tenant/sensor`. */
async function readCertificates(
  tx: Tx,
  wanted: readonly { tenantId: string; sensorId: string }[],
): Promise<Map<string, (typeof calibrations.$inferSelect)[]>> {
  if (wanted.length === 0) return new Map();
  const column = (pick: (sensor: (typeof wanted)[number]) => string) => sql.param(wanted.map(pick));
  const rows = await tx
    .select()
    .from(calibrations)
    .where(
      sql`(${calibrations.tenantId}, ${calibrations.sensorId}) in (select * from unnest(
        ${column((s) => s.tenantId)}::text[], ${column((s) => s.sensorId)}::text[]))`,
    );
  return Map.groupBy(rows, ({ tenantId, sensorId }) => `${tenantId}/${sensorId}`);
}
