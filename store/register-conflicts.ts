import { eq, sql } from "drizzle-orm";
import type { PgColumn, PgTable } from "drizzle-orm/pg-core";
import type { Tx } from "./connect.ts";
import { equipment } from "./schema/equipment.ts";
import { gatewayTopics } from "./schema/gateway-topics.ts";
import { keys } from "./schema/keys.ts";
import { organisations } from "./schema/organisations.ts";
import { products } from "./schema/products.ts";
import { sensors } from "./schema/sensors.ts";
import { sites } from "./schema/sites.ts";

const shared = {
  gateway: [gatewayTopics, gatewayTopics.gatewayId, gatewayTopics.tenantId],
  kid: [keys, keys.kid, keys.tenantId],
  product: [products, products.gtin, products.tenantId],
  code: [equipment, equipment.epc, equipment.tenantId],
  siteLabel: [sites, sites.label, sites.tenantId],
  equipmentLabel: [equipment, equipment.label, equipment.tenantId],
  point: [sensors, sensors.point, sensors.tenantId],
} as const satisfies Record<string, readonly [PgTable, PgColumn, PgColumn]>;

/** Names that stand in topics, codes or streams, so that only one organisation may have each. */
export type SharedNames = Record<keyof typeof shared, readonly string[]>;

/** Which of these names are taken, and by which organisation. */
export async function findTaken(
  tx: Tx,
  names: Partial<SharedNames>,
): Promise<{ what: keyof SharedNames; name: string; tenant: string }[]> {
  const taken: { what: keyof SharedNames; name: string; tenant: string }[] = [];
  for (const what of Object.keys(shared) as (keyof SharedNames)[]) {
    const [table, name, owner] = shared[what];
    const wanted = names[what] ?? [];
    if (wanted.length === 0) continue;
    const rows = await tx
      .select({ name: name as PgColumn, owner: owner as PgColumn })
      .from(table as PgTable)
      .where(sql`${name} = any(${sql.param([...wanted])}::text[])`);
    taken.push(...rows.map((row) => ({ what, name: String(row.name), tenant: String(row.owner) })));
  }
  return taken;
}

/** The organisation that runs this log, or null before the first registration. */
export async function findOperator(tx: Tx): Promise<string | null> {
  const found = await tx
    .select({ id: organisations.tenantId })
    .from(organisations)
    .where(eq(organisations.kind, "operator"));
  return found[0]?.id ?? null;
}
