/** AssociationEvents put sensors into equipment, or take them out of it (design §6). */
import { AppError } from "#domain/errors.ts";
import type { Tx } from "#store/connect.ts";
import { queueEntries } from "#store/pending-entries.ts";
import { holdSensors, moveSensor } from "#store/places.ts";
import { loadRegister, type RegisterRow } from "#store/register.ts";
import { recordAudit } from "../audit.ts";
import type { Context } from "../context.ts";
import { type Draft, startDraft } from "../register/draft.ts";
import { planRosters } from "../register/plan-rosters.ts";
import { settleTime } from "../register/settle-time.ts";
import type { Telling } from "./project-event.ts";
import type { Statement } from "./statement.ts";

/**
 * Places the sensors that statements name and queues the rosters that change by it. Sensor and equipment must be the
 * organisation's own. A statement older than the sensor's present place moves nothing.
 * @throws AppError BAD_REQUEST naming a sensor or equipment that isn't the organisation's
 */
export async function moveSensors(
  tx: Tx,
  ctx: Pick<Context, "actor" | "clock" | "config">,
  statements: readonly Statement[],
  telling: Telling,
): Promise<void> {
  const moving = statements.filter((it) => it.sensorPoints.length > 0 && it.action !== "OBSERVE");
  if (moving.length === 0) return;
  const { tenant, accepted: now } = telling;
  await holdSensors(tx, tenant, [...new Set(moving.flatMap((it) => it.sensorPoints))]);
  const { placementGraceMs: graceMs, offlineBackdatingMs: backdatingMs } = ctx.config;
  const signer = telling.signer.offline ? telling.signer.signedBy : null;
  const terms = { now, graceMs, backdatingMs, signer };
  const before = await loadRegister(tx, tenant);
  const draft = startDraft({ tenant, path: "", terms, before, passwords: new Map() });
  for (const statement of moving.toSorted((a, b) => a.at - b.at)) {
    const equipmentId = ownEquipment(statement, telling);
    for (const point of statement.sensorPoints) await move(tx, ctx, draft, { statement, point, equipmentId });
  }
  planRosters(draft);
  await queueEntries(tx, draft.entries, now);
}

function ownEquipment({ parentEpc }: Statement, { places, tenant }: Telling): string {
  const place = parentEpc === null ? undefined : places.get(parentEpc);
  if (place === undefined || place.equipmentId === null || place.tenant !== tenant) {
    throw refused(`${parentEpc} is no equipment of this organisation: register it first`);
  }
  return place.equipmentId;
}

async function move(
  tx: Tx,
  ctx: Pick<Context, "actor" | "clock">,
  draft: Draft,
  { statement, point, equipmentId }: { statement: Statement; point: string; equipmentId: string },
): Promise<void> {
  const { sensors, placements } = draft.register;
  const at = sensors.findIndex((row) => row.point === point);
  const old = sensors[at];
  if (old === undefined) throw refused(`urn:coldmark:sensor:${point} is no sensor of this organisation`);
  const next = placedBy(draft, statement, old, equipmentId);
  if (next === null) return;
  sensors[at] = next;
  draft.stated.set(`sensor ${old.id}`, statement.at);
  const open = placements.find((row) => row.sensorId === old.id && row.until === null);
  if (open !== undefined) placements[placements.indexOf(open)] = { ...open, until: next.since };
  const { id: sensorId, since, acceptedAt, offline } = next;
  const place = { sensorId, equipmentId: next.equipmentId, since, acceptedAt, offline };
  await moveSensor(tx, draft.tenant, place);
  if (next.equipmentId !== null) {
    placements.push({ tenantId: draft.tenant, ...place, equipmentId: next.equipmentId, until: null });
  }
  await recordAudit(tx, ctx, {
    action: "sensor.move",
    subject: `sensor ${old.id}`,
    old: { equipmentId: old.equipmentId, since: old.since },
    new: { equipmentId: next.equipmentId, since },
    reason: `event ${statement.key}`,
  });
}

/** The sensor's row after a statement, or null where it changes nothing. */
function placedBy(
  draft: Draft,
  { at, action }: Statement,
  old: RegisterRow<"sensors">,
  equipmentId: string,
): RegisterRow<"sensors"> | null {
  const isReplay = draft.register.gateways.some(({ id, kind }) => id === old.gatewayId && kind === "replay");
  const { since, offline } = settleTime(at, draft.terms, isReplay);
  const leaves = action === "DELETE";
  const changes = leaves ? old.equipmentId === equipmentId : old.equipmentId !== equipmentId;
  if (!changes || since < old.since) return null;
  return { ...old, equipmentId: leaves ? null : equipmentId, since, acceptedAt: draft.terms.now, offline };
}

function refused(message: string): AppError {
  return new AppError("BAD_REQUEST", message, { faults: [{ path: "/epcisBody/eventList", message }] });
}
