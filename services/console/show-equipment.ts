import { silentAfterMs } from "#domain/coldchain/equipment-state.ts";
import { AppError } from "#domain/errors.ts";
import { fromHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import { listOpenAlarmsOf } from "#store/alarms.ts";
import type { Store, Tx } from "#store/connect.ts";
import {
  type EquipmentView,
  findEquipmentView,
  readGateways,
  readSealedUntil,
  readWindowEnd,
} from "#store/equipment-view.ts";
import { readLastingExcursions, readSensorsNow, type SensorNow } from "#store/overview.ts";
import { listOpenGaps } from "#store/sequence-gaps.ts";
import { findAnchoredTree } from "#store/stretches.ts";
import { tellAlarm } from "../alarms/tell-alarm.ts";
import type { Context } from "../context.ts";
import { reachOf } from "./reach.ts";
import { summarizeEquipment } from "./summarize-equipment.ts";

const gapsShown = 20;

/**
 * An equipment with its sensors, gateways, what those left out, and open alarms, and how far its readings are sealed and
 * anchored; epoch ms.
 * @throws AppError UNAUTHENTICATED (no scope `console:read`), NOT_FOUND (no such label in reach)
 */
export async function showEquipment(ctx: Pick<Context, "store" | "clock" | "actor">, label: string) {
  const who = reachOf(ctx.actor);
  const now = ctx.clock();
  const found = await ctx.store.as(who, async (tx) => {
    const equipment = await findEquipmentView(tx, who.tenant, label);
    if (equipment === null) throw new AppError("NOT_FOUND", "there is no such equipment");
    return { equipment, ...(await readParts(tx, equipment, now)) };
  });
  const { equipment, sensors, gateways, gaps, alarms, excursions, sealedUntil } = found;
  const { profile, profileVersion, scope, segmentMs } = equipment;
  return {
    ...summarizeEquipment(equipment, sensors, excursions, now),
    organisation: { id: equipment.tenantId, names: equipment.organisationNames },
    site: siteOf(equipment),
    ...{ scope, profile: { name: profile, version: profileVersion }, segmentMs },
    silentAfterMs: silentAfterMs(profile, profileVersion, scope),
    sensors: sensors.map((sensor) => sensorOf(sensor, now)),
    missing: gaps.map(({ gatewayId: gateway, boot, fromSeq: from, toSeq: to, foundAt: since }) => {
      return { gateway, boot, from, to, since };
    }),
    ...{ gateways, alarms: alarms.map(tellAlarm), sealedUntil },
    anchoredUntil: await readAnchoredUntil(ctx.store, label),
  };
}

async function readParts(tx: Tx, equipment: EquipmentView, now: number) {
  const { tenantId, id } = equipment;
  const sensors = await readSensorsNow(tx, tenantId, now, id);
  const gatewayIds = [...new Set(sensors.map(({ gatewayId }) => gatewayId))];
  return {
    sensors,
    gateways: await readGateways(tx, tenantId, gatewayIds),
    gaps: await listOpenGaps(tx, tenantId, gatewayIds, gapsShown),
    alarms: await listOpenAlarmsOf(tx, tenantId, id),
    excursions: await readLastingExcursions(tx, tenantId, id),
    sealedUntil: await readSealedUntil(tx, equipment),
  };
}

/** The log is one for all organisations, so its entries are the worker's to read. */
async function readAnchoredUntil(store: Store, label: string): Promise<number | null> {
  const stream = fromHex(streamOf(`urn:coldmark:equipment:${label}`));
  return await store.as({ role: "worker" }, async (tx) => {
    const tree = await findAnchoredTree(tx);
    return tree === null ? null : await readWindowEnd(tx, stream, tree.size);
  });
}

function siteOf({ siteId: id, siteNames: names, city, province }: EquipmentView) {
  return { id, names, city, province };
}

function sensorOf(sensor: SensorNow, now: number) {
  const {
    id,
    gatewayId: gateway,
    channel,
    tMilliC,
    err,
    newestTs: asOf,
    certificate,
    calibratedUntil,
  } = sensor;
  const isCertified = certificate !== null && calibratedUntil !== null;
  return {
    ...{ id, gateway, channel, err, asOf },
    tC: tMilliC === null ? null : tMilliC / 1000,
    calibration: isCertified
      ? { certificate, validUntil: calibratedUntil, expired: calibratedUntil < now }
      : null,
  };
}
