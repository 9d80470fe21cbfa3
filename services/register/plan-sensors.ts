import { toMilliC } from "#domain/coldchain/milli-celsius.ts";
import type { RegisterRow } from "#store/register.ts";
import { type Draft, keepRow } from "./draft.ts";
import type { EquipmentFile, SensorFile } from "./network.ts";
import { newLabel } from "./plan-organisation.ts";
import { settleTime } from "./settle-time.ts";

/** The sensors in one piece of equipment: a sensor is in one at a time, so one that comes from elsewhere moves. */
export function planSensors(draft: Draft, equipment: EquipmentFile, path: string): void {
  for (const [at, sensor] of equipment.sensors.entries()) {
    planSensor(draft, equipment.id, sensor, `${path}.sensors[${at}]`);
    for (const calibration of sensor.calibrations) planCalibration(draft, sensor.id, calibration);
  }
}

function planSensor(draft: Draft, equipmentId: string, sensor: SensorFile, path: string): void {
  const { tenant: tenantId, register } = draft;
  const old = register.sensors.find((row) => row.id === sensor.id);
  if (old !== undefined && sensor.point !== undefined && old.point !== sensor.point) {
    draft.faults.push({ path: `${path}.point`, message: `is ${old.point} in the log already: leave it out` });
  }
  const holder = register.sensors.find(
    (row) => row.gatewayId === sensor.gateway && row.channel === sensor.channel && row.id !== sensor.id,
  );
  if (holder !== undefined) {
    const message = `is sensor ${holder.id}'s at gateway ${sensor.gateway}: move that one in the same file`;
    draft.faults.push({ path: `${path}.channel`, message });
  }
  const placed = placedSince(draft, equipmentId, sensor, old);
  const { id, gateway: gatewayId, channel } = sensor;
  const subject = `sensor ${id}`;
  const point = old?.point ?? sensor.point ?? newLabel();
  const next = { tenantId, id, point, gatewayId, channel, equipmentId, ...placed };
  if (!keepRow(draft, { table: "sensors", subject, old, next })) return;
  if (sensor.since !== undefined) draft.stated.set(subject, sensor.since);
  notePlacement(draft, next, old);
}

/** A placement is a statement of its own: it counts from its own time, and never from before the one it ends. */
function placedSince(
  draft: Draft,
  equipmentId: string,
  sensor: SensorFile,
  old: RegisterRow<"sensors"> | undefined,
) {
  const replay = draft.register.gateways.some((row) => row.id === sensor.gateway && row.kind === "replay");
  const { since, offline, refused } = settleTime(sensor.since, draft.terms, replay);
  const acceptedAt = draft.terms.now;
  if (old === undefined) return { since, acceptedAt, offline };
  if (old.equipmentId !== equipmentId) return { since: Math.max(since, old.since), acceptedAt, offline };
  const asBefore = sensor.since === undefined || sensor.since === old.since || refused;
  return asBefore
    ? { since: old.since, acceptedAt: old.acceptedAt, offline: old.offline }
    : { since, acceptedAt, offline };
}

function notePlacement(
  draft: Draft,
  sensor: RegisterRow<"sensors">,
  old: RegisterRow<"sensors"> | undefined,
): void {
  const { tenantId, id: sensorId, equipmentId, since, acceptedAt, offline } = sensor;
  if (equipmentId === null) return;
  const placement = { tenantId, sensorId, equipmentId, since, until: null, acceptedAt, offline };
  const stays = old?.equipmentId === equipmentId;
  if (stays && old.since === since) return;
  const { placements } = draft.register;
  const at = placements.findIndex((row) => row.sensorId === sensorId && row.until === null);
  const open = placements[at];
  if (open !== undefined) placements[at] = stays ? { ...open, since } : { ...open, until: since };
  if (!stays) placements.push({ ...placement });
  draft.moves.push({ kind: stays ? "correct" : "place", placement });
}

function planCalibration(draft: Draft, sensorId: string, it: SensorFile["calibrations"][number]): void {
  const { certificate, calibratedAt, validUntil, errorC, lab = null } = it;
  const old = draft.register.calibrations.find(
    (row) => row.sensorId === sensorId && row.certificate === certificate,
  );
  const errorMilliC = errorC === undefined ? null : toMilliC(errorC);
  const next = { tenantId: draft.tenant, sensorId, certificate, calibratedAt, validUntil, errorMilliC, lab };
  keepRow(draft, { table: "calibrations", subject: `calibration ${sensorId} ${certificate}`, old, next });
}
