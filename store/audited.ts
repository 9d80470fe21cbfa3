import { and, eq, isNull, or } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { equipment } from "./schema/equipment.ts";
import { pendingEntries } from "./schema/pending-entries.ts";
import { sensorPlacements } from "./schema/sensor-placements.ts";
import { sensors } from "./schema/sensors.ts";

/** Equipment as an audit names it. */
export interface AuditedEquipment {
  readonly tenantId: string;
  readonly id: string;
  readonly label: string;
}

/** Equipment with what says when its windows fall due. */
export interface CheckedEquipment extends AuditedEquipment {
  readonly segmentMs: number;
  readonly acceptedAt: number;
}

const columns = {
  ...{ tenantId: equipment.tenantId, id: equipment.id, label: equipment.label },
  ...{ segmentMs: equipment.segmentMs, acceptedAt: equipment.acceptedAt },
};

/** All equipment that has this id or label. */
export async function findEquipment(tx: Tx, idOrLabel: string): Promise<CheckedEquipment[]> {
  return tx
    .select(columns)
    .from(equipment)
    .where(or(eq(equipment.id, idOrLabel), eq(equipment.label, idOrLabel)));
}

/** All equipment. */
export async function allEquipment(tx: Tx): Promise<CheckedEquipment[]> {
  return tx.select(columns).from(equipment).orderBy(equipment.tenantId, equipment.id);
}

/** The ids of all equipment by label. */
export async function equipmentIdsByLabel(tx: Tx): Promise<Map<string, string>> {
  const rows = await tx.select({ id: equipment.id, label: equipment.label }).from(equipment);
  return new Map(rows.map(({ id, label }) => [label, id]));
}

/** The gateways whose sensors ever lay in an equipment. */
export async function gatewaysOf(tx: Tx, place: AuditedEquipment): Promise<string[]> {
  const rows = await tx
    .selectDistinct({ gateway: sensors.gatewayId })
    .from(sensorPlacements)
    .innerJoin(
      sensors,
      and(eq(sensors.tenantId, sensorPlacements.tenantId), eq(sensors.id, sensorPlacements.sensorId)),
    )
    .where(and(eq(sensorPlacements.tenantId, place.tenantId), eq(sensorPlacements.equipmentId, place.id)));
  return rows.map(({ gateway }) => gateway);
}

/** The windows of a subject whose entries wait to be appended, by their start, and since when (epoch ms). */
export async function queuedWindows(tx: Tx, subject: string): Promise<{ start: number; since: number }[]> {
  return tx
    .select({ start: pendingEntries.fromMs, since: pendingEntries.createdAt })
    .from(pendingEntries)
    .where(and(eq(pendingEntries.subject, subject), isNull(pendingEntries.entryIndex)));
}
