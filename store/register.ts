// The register of one organisation: what is known of it, read as a whole and written row by row.
import { and, eq, isNull, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Tx } from "./connect.ts";
import { apiKeys } from "./schema/api-keys.ts";
import { calibrations } from "./schema/calibrations.ts";
import { equipment } from "./schema/equipment.ts";
import { gatewayTopics } from "./schema/gateway-topics.ts";
import { gateways } from "./schema/gateways.ts";
import { keys } from "./schema/keys.ts";
import { lots } from "./schema/lots.ts";
import { memberships } from "./schema/memberships.ts";
import { organisations } from "./schema/organisations.ts";
import { products } from "./schema/products.ts";
import { sensorPlacements } from "./schema/sensor-placements.ts";
import { sensors } from "./schema/sensors.ts";
import { sites } from "./schema/sites.ts";

const tables = {
  organisations,
  sites,
  equipment,
  sensors,
  calibrations,
  gateways,
  keys,
  apiKeys,
  memberships,
  products,
  lots,
};
const keyColumns: Record<RegisterTable, readonly PgColumn[]> = {
  organisations: [organisations.tenantId],
  sites: [sites.tenantId, sites.id],
  equipment: [equipment.tenantId, equipment.id],
  sensors: [sensors.tenantId, sensors.id],
  calibrations: [calibrations.tenantId, calibrations.sensorId, calibrations.certificate],
  gateways: [gateways.tenantId, gateways.id],
  keys: [keys.tenantId, keys.kid],
  apiKeys: [apiKeys.tenantId, apiKeys.id],
  memberships: [memberships.tenantId, memberships.userId],
  products: [products.tenantId, products.gtin],
  lots: [lots.tenantId, lots.gtin, lots.lot],
};
const rowsAtOnce = 500;

/** The tables that a register file fills. */
export type RegisterTable = keyof typeof tables;
/** A row of one of them. */
export type RegisterRow<Table extends RegisterTable> = (typeof tables)[Table]["$inferSelect"];
/** Where a sensor lay; `until` null while it lies there. */
export type Placement = Omit<typeof sensorPlacements.$inferSelect, "id">;
/** All that is registered of one organisation. */
export type Register = { [Table in RegisterTable]: RegisterRow<Table>[] } & { placements: Placement[] };

/** Which of these organisations are registered. */
export async function registeredAmong(tx: Tx, tenants: readonly string[]): Promise<Set<string>> {
  const rows = await tx
    .select({ id: organisations.tenantId })
    .from(organisations)
    .where(sql`${organisations.tenantId} = any(${sql.param([...tenants])}::text[])`);
  return new Set(rows.map((row) => row.id));
}

/** The register of an organisation that nobody registered yet. */
export function emptyRegister(): Register {
  const lists = [...Object.keys(tables), "placements"].map((name) => [name, []]);
  return Object.fromEntries(lists) as Register;
}

/** What is registered of an organisation; waits for another registration of it to end. */
export async function loadRegister(tx: Tx, tenant: string): Promise<Register> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('register'), hashtext(${tenant}))`);
  // An organisation's own row is written before all else that it owns.
  if (!(await registeredAmong(tx, [tenant])).has(tenant)) return emptyRegister();
  const rowsOf = <Table extends RegisterTable>(name: Table) =>
    tx
      .select()
      .from(tables[name] as PgTable)
      .where(eq(tables[name].tenantId, tenant)) as unknown as Promise<RegisterRow<Table>[]>;
  return {
    organisations: await rowsOf("organisations"),
    sites: await rowsOf("sites"),
    equipment: await rowsOf("equipment"),
    sensors: await rowsOf("sensors"),
    calibrations: await rowsOf("calibrations"),
    gateways: await rowsOf("gateways"),
    keys: await rowsOf("keys"),
    apiKeys: await rowsOf("apiKeys"),
    memberships: await rowsOf("memberships"),
    products: await rowsOf("products"),
    lots: await rowsOf("lots"),
    placements: await tx.select().from(sensorPlacements).where(eq(sensorPlacements.tenantId, tenant)),
  };
}

/** Adds new rows to the register. */
export async function addToRegister(tx: Tx, table: RegisterTable, rows: readonly object[]): Promise<void> {
  for (let at = 0; at < rows.length; at += rowsAtOnce) {
    await tx.insert(tables[table] as PgTable).values(rows.slice(at, at + rowsAtOnce) as never);
  }
  if (table !== "gateways" || rows.length === 0) return;
  const topics = (rows as readonly RegisterRow<"gateways">[]).map(({ id, tenantId }) => ({
    gatewayId: id,
    tenantId,
  }));
  await tx.insert(gatewayTopics).values(topics);
}

/** Changes a row of the register to what it is now. */
export async function changeInRegister(tx: Tx, table: RegisterTable, row: object): Promise<void> {
  const values = row as Record<string, unknown>;
  const entries = Object.entries(tables[table] as unknown as Record<string, PgColumn>);
  const keyed = keyColumns[table].map((column) => {
    const [name = ""] = entries.find(([, each]) => each === column) ?? [];
    return eq(column, values[name]);
  });
  await tx
    .update(tables[table] as PgTable)
    .set(values as never)
    .where(and(...keyed));
}

/** Lays sensors into equipment, each at most once: what one lay in before ends when this begins. */
export async function placeSensors(tx: Tx, placements: readonly Placement[]): Promise<void> {
  if (placements.length === 0) return;
  const column = (pick: (placement: Placement) => unknown) => sql.param(placements.map(pick));
  await tx.execute(sql`
    update sensor_placements p set until = v.since
    from unnest(${column((p) => p.tenantId)}::text[], ${column((p) => p.sensorId)}::text[],
      ${column((p) => p.since)}::bigint[]) as v(tenant_id, sensor_id, since)
    where p.tenant_id = v.tenant_id and p.sensor_id = v.sensor_id and p.until is null`);
  for (let at = 0; at < placements.length; at += rowsAtOnce)
    await tx.insert(sensorPlacements).values(placements.slice(at, at + rowsAtOnce));
}

/** Corrects from when the sensor lies where it lies. */
export async function correctPlacement(tx: Tx, placement: Placement): Promise<void> {
  const { since, acceptedAt, offline } = placement;
  await tx.update(sensorPlacements).set({ since, acceptedAt, offline }).where(openPlacementOf(placement));
}

function openPlacementOf({ tenantId, sensorId }: Placement) {
  return and(
    eq(sensorPlacements.tenantId, tenantId),
    eq(sensorPlacements.sensorId, sensorId),
    isNull(sensorPlacements.until),
  );
}
