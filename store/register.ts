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

/** What is registered of an organisation; waits for another registration of it to end. */
export async function loadRegister(tx: Tx, tenant: string): Promise<Register> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtext('register'), hashtext(${tenant}))`);
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
  if (table !== "gateways") return;
  for (const gateway of rows as readonly RegisterRow<"gateways">[]) {
    await tx.insert(gatewayTopics).values({ gatewayId: gateway.id, tenantId: gateway.tenantId });
  }
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

/** Lays a sensor into equipment: what it lay in before ends when this begins. */
export async function placeSensor(tx: Tx, placement: Placement): Promise<void> {
  await tx.update(sensorPlacements).set({ until: placement.since }).where(openPlacementOf(placement));
  await tx.insert(sensorPlacements).values(placement);
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
