import { and, eq, inArray, isNotNull, isNull, lte, sql } from "drizzle-orm";
import type { Source } from "#domain/formats/source.ts";
import type { Tx } from "./connect.ts";
import { equipment } from "./schema/equipment.ts";
import { gatewayTopics } from "./schema/gateway-topics.ts";
import { gateways } from "./schema/gateways.ts";
import { keys } from "./schema/keys.ts";
import { sensorPlacements } from "./schema/sensor-placements.ts";
import { sensors } from "./schema/sensors.ts";

/** A public key enrolled for a gateway; messages received from `revokedAt` on are refused. */
type GatewayKey = Pick<typeof keys.$inferSelect, "kid" | "alg" | "publicKey" | "revokedAt">;

/** The equipment a reading is judged by: limits in milli-°C, length of its windows in ms. */
export type EquipmentFacts = Pick<
  typeof equipment.$inferSelect,
  "tenantId" | "id" | "lowerMilliC" | "upperMilliC" | "segmentMs"
>;

/** A sensor on a gateway's channel: its measuring point and where it lay from when to when. */
export interface Channel {
  readonly point: string;
  /** `tenant/point`: the measuring point's name among all. */
  readonly place: string;
  readonly now: EquipmentFacts | null;
  readonly placements: readonly { since: number; until: number | null; equipment: EquipmentFacts }[];
}

/** What the register says of a gateway. */
export interface GatewayFacts {
  readonly tenant: string;
  readonly id: string;
  readonly signatureRequired: boolean;
  /** From when on that counts (epoch ms), so that what was accepted before stays; always where it is not said. */
  readonly signatureRequiredSince?: number | null;
  /** What it says instead of our message, null for our message. */
  readonly source: Source | null;
  readonly revokedAt: number | null;
  readonly keys: ReadonlyMap<string, GatewayKey>;
  readonly channels: ReadonlyMap<string, Channel>;
}

/** What the register says of these gateways, by gateway id; unknown ones are missing. */
export async function loadGateways(tx: Tx, ids: readonly string[]): Promise<Map<string, GatewayFacts>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const found = await tx
    .select({ gateway: gateways })
    .from(gatewayTopics)
    .innerJoin(
      gateways,
      and(eq(gateways.tenantId, gatewayTopics.tenantId), eq(gateways.id, gatewayTopics.gatewayId)),
    )
    .where(inArray(gatewayTopics.gatewayId, wanted));
  const enrolled = await tx
    .select()
    .from(keys)
    .where(and(eq(keys.ownerKind, "gateway"), inArray(keys.ownerId, wanted)));
  const channels = await loadChannels(tx, wanted);
  return new Map(
    found.map(({ gateway }) => {
      const own = enrolled.filter((key) => key.tenantId === gateway.tenantId && key.ownerId === gateway.id);
      return [
        gateway.id,
        {
          tenant: gateway.tenantId,
          id: gateway.id,
          signatureRequired: gateway.signatureRequired,
          signatureRequiredSince: gateway.signatureRequiredSince,
          source: gateway.source,
          revokedAt: gateway.revokedAt,
          keys: new Map(own.map((key) => [key.kid, key])),
          channels: channels.get(`${gateway.tenantId}/${gateway.id}`) ?? new Map(),
        },
      ];
    }),
  );
}

async function loadChannels(
  tx: Tx,
  gatewayIds: readonly string[],
): Promise<Map<string, Map<string, Channel>>> {
  const rows = await tx
    .select()
    .from(sensors)
    .where(inArray(sensors.gatewayId, [...gatewayIds]));
  const placements = await placementsOf(tx, rows);
  const places = await equipmentOf(tx, [...rows, ...placements]);
  const placeOf = (tenant: string, id: string | null) =>
    id === null ? null : (places.get(`${tenant}/${id}`) ?? null);
  const byGateway = new Map<string, Map<string, Channel>>();
  for (const sensor of rows) {
    const own = placements.filter((row) => row.tenantId === sensor.tenantId && row.sensorId === sensor.id);
    const channel: Channel = {
      point: sensor.point,
      place: `${sensor.tenantId}/${sensor.point}`,
      now: placeOf(sensor.tenantId, sensor.equipmentId),
      placements: own.flatMap((row) => {
        const place = placeOf(row.tenantId, row.equipmentId);
        return place ? [{ since: row.since, until: row.until, equipment: place }] : [];
      }),
    };
    const key = `${sensor.tenantId}/${sensor.gatewayId}`;
    byGateway.set(key, (byGateway.get(key) ?? new Map<string, Channel>()).set(sensor.channel, channel));
  }
  return byGateway;
}

async function placementsOf(tx: Tx, rows: readonly { tenantId: string; id: string }[]) {
  if (rows.length === 0) return [];
  const ids = [...new Set(rows.map((row) => row.id))];
  return tx.select().from(sensorPlacements).where(inArray(sensorPlacements.sensorId, ids));
}

async function equipmentOf(tx: Tx, rows: readonly { tenantId: string; equipmentId: string | null }[]) {
  const ids = [...new Set(rows.flatMap((row) => row.equipmentId ?? []))];
  if (ids.length === 0) return new Map<string, EquipmentFacts>();
  const found: EquipmentFacts[] = await tx
    .select({
      tenantId: equipment.tenantId,
      id: equipment.id,
      lowerMilliC: equipment.lowerMilliC,
      upperMilliC: equipment.upperMilliC,
      segmentMs: equipment.segmentMs,
    })
    .from(equipment)
    .where(inArray(equipment.id, ids));
  return new Map(found.map((row) => [`${row.tenantId}/${row.id}`, row]));
}

/** When these gateways were registered (epoch ms), by gateway id; unknown ones are missing. */
export async function acceptedAtOf(
  tx: Tx,
  of: readonly { readonly tenant: string; readonly gateway: string }[],
): Promise<Map<string, number>> {
  if (of.length === 0) return new Map();
  const { id, tenantId, acceptedAt } = gateways;
  const tenants = [...new Set(of.map(({ tenant }) => tenant))];
  const ids = [...new Set(of.map(({ gateway }) => gateway))];
  const rows = await tx
    .select({ id, acceptedAt })
    .from(gateways)
    .where(and(inArray(tenantId, tenants), inArray(id, ids)));
  return new Map(rows.map((row) => [row.id, row.acceptedAt]));
}

/** The scrypt hash of a gateway's MQTT password; null when the gateway is unknown, revoked or has none. */
export async function mqttPasswordHash(tx: Tx, gatewayId: string): Promise<string | null> {
  const rows = await tx
    .select({ hash: gateways.mqttPasswordHash })
    .from(gatewayTopics)
    .innerJoin(
      gateways,
      and(eq(gateways.tenantId, gatewayTopics.tenantId), eq(gateways.id, gatewayTopics.gatewayId)),
    )
    .where(and(eq(gatewayTopics.gatewayId, gatewayId), isNull(gateways.revokedAt)));
  return rows[0]?.hash ?? null;
}

/** The registered source of a gateway; null when the gateway is unknown, revoked or speaks our own message. */
export async function sourceOf(tx: Tx, gatewayId: string): Promise<Source | null> {
  const rows = await tx
    .select({ source: gateways.source })
    .from(gateways)
    .where(and(eq(gateways.id, gatewayId), isNull(gateways.revokedAt)));
  return rows[0]?.source ?? null;
}

/** The ids of all gateways of the service, in order. */
export async function listGatewayIds(tx: Tx): Promise<string[]> {
  const rows = await tx
    .select({ id: gatewayTopics.gatewayId })
    .from(gatewayTopics)
    .orderBy(gatewayTopics.gatewayId);
  return rows.map(({ id }) => id);
}

/** Which of these gateways are revoked at `now` (epoch ms). */
export async function revokedAmong(tx: Tx, ids: readonly string[], now: number): Promise<string[]> {
  const rows = await tx
    .select({ id: gateways.id })
    .from(gateways)
    .where(and(sql`${gateways.id} = any(${sql.param([...ids])}::text[])`, lte(gateways.revokedAt, now)));
  return rows.map(({ id }) => id);
}

/** All gateways that are revoked at `now` (epoch ms). For the worker role. */
export async function revokedGateways(tx: Tx, now: number): Promise<string[]> {
  const rows = await tx.select({ id: gateways.id }).from(gateways).where(lte(gateways.revokedAt, now));
  return rows.map(({ id }) => id);
}

/** The registered source of a gateway. */
export interface RegisteredSource {
  readonly tenant: string;
  readonly gateway: string;
  readonly source: Source;
}

/** The sources of all gateways that are not revoked. For the worker role. */
export async function loadSources(tx: Tx): Promise<RegisteredSource[]> {
  const rows = await tx
    .select({ tenant: gateways.tenantId, gateway: gateways.id, source: gateways.source })
    .from(gateways)
    .where(and(isNotNull(gateways.source), isNull(gateways.revokedAt)));
  return rows.flatMap(({ source, ...own }) => (source === null ? [] : [{ ...own, source }]));
}
