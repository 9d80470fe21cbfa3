import { and, eq, inArray, isNull } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { equipment } from "./schema/equipment.ts";
import { keys } from "./schema/keys.ts";
import { organisations } from "./schema/organisations.ts";
import { sensorPlacements } from "./schema/sensor-placements.ts";
import { sensors } from "./schema/sensors.ts";
import { sites } from "./schema/sites.ts";

/** Equipment or a site that a canonical EPC names, with the random label of its stream. */
export interface RegisteredPlace {
  readonly epc: string;
  readonly kind: "equipment" | "site";
  readonly label: string;
  readonly tenant: string;
  /** The equipment's id in its organisation; null for a site. */
  readonly equipmentId: string | null;
}

/** A sensor of an organisation and where it lies now. */
export type PlacedSensor = Pick<
  typeof sensors.$inferSelect,
  "id" | "point" | "equipmentId" | "since" | "acceptedAt"
>;

const siteEpc = "https://id.gs1.org/414/";

/**
 * What is registered under these canonical EPCs by anyone; for the worker role, since a wholesaler names the
 * refrigerator of a pharmacy.
 */
export async function findPlaces(tx: Tx, epcs: readonly string[]): Promise<RegisteredPlace[]> {
  const glns = epcs.filter((epc) => epc.startsWith(siteEpc)).map((epc) => epc.slice(siteEpc.length));
  return [...(await equipmentBy(tx, epcs)), ...(await sitesBy(tx, glns))];
}

async function equipmentBy(tx: Tx, epcs: readonly string[]): Promise<RegisteredPlace[]> {
  if (epcs.length === 0) return [];
  const { epc, label, tenantId: tenant, id: equipmentId } = equipment;
  const rows = await tx
    .select({ epc, label, tenant, equipmentId })
    .from(equipment)
    .where(inArray(epc, [...epcs]));
  return rows.map((row) => ({ ...row, kind: "equipment" }));
}

async function sitesBy(tx: Tx, glns: readonly string[]): Promise<RegisteredPlace[]> {
  if (glns.length === 0) return [];
  const { gln, label, tenantId: tenant } = sites;
  const rows = await tx
    .select({ gln, label, tenant })
    .from(sites)
    .where(inArray(gln, [...glns]));
  return rows.map((row) => ({
    epc: siteEpc + row.gln,
    kind: "site",
    label: row.label,
    tenant: row.tenant,
    equipmentId: null,
  }));
}

/** What an organisation is called in the log and what it does; null when it isn't registered. */
export async function findOrganisation(tx: Tx, tenant: string) {
  const { kind, label } = organisations;
  const rows = await tx.select({ kind, label }).from(organisations).where(eq(organisations.tenantId, tenant));
  return rows[0] ?? null;
}

/** A key by which an organisation or a device of it states something; null when it has none of that name in force. */
export async function findSigningKey(tx: Tx, tenant: string, kid: string) {
  const { alg, publicKey, offline } = keys;
  const rows = await tx
    .select({ alg, publicKey, offline })
    .from(keys)
    .where(
      and(
        eq(keys.tenantId, tenant),
        eq(keys.kid, kid),
        inArray(keys.ownerKind, ["organisation", "device"]),
        isNull(keys.revokedAt),
      ),
    );
  return rows[0] ?? null;
}

/** The organisation's sensors at these measuring points, held to the end of the transaction. */
export async function holdSensors(
  tx: Tx,
  tenant: string,
  points: readonly string[],
): Promise<PlacedSensor[]> {
  if (points.length === 0) return [];
  const { id, point, equipmentId, since, acceptedAt } = sensors;
  return tx
    .select({ id, point, equipmentId, since, acceptedAt })
    .from(sensors)
    .where(and(eq(sensors.tenantId, tenant), inArray(point, [...points])))
    .for("update");
}

/** Ends where a sensor lies and lets it lie in another piece of equipment, or in none (`equipmentId` null). */
export async function moveSensor(
  tx: Tx,
  tenant: string,
  move: {
    sensorId: string;
    equipmentId: string | null;
    since: number;
    acceptedAt: number;
    offline: boolean;
  },
): Promise<void> {
  const { sensorId, ...place } = move;
  await tx
    .update(sensorPlacements)
    .set({ until: place.since })
    .where(
      and(
        eq(sensorPlacements.tenantId, tenant),
        eq(sensorPlacements.sensorId, sensorId),
        isNull(sensorPlacements.until),
      ),
    );
  await tx
    .update(sensors)
    .set(place)
    .where(and(eq(sensors.tenantId, tenant), eq(sensors.id, sensorId)));
  if (place.equipmentId === null) return;
  await tx
    .insert(sensorPlacements)
    .values({ tenantId: tenant, sensorId, ...place, equipmentId: place.equipmentId });
}
