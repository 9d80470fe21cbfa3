import { and, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { lots } from "./schema/lots.ts";
import { packStatus } from "./schema/pack-status.ts";
import { products } from "./schema/products.ts";

/** What one capture adds to the public projection of a pack; `sold` counts its dispensings. */
export type PackChange = typeof packStatus.$inferInsert & { readonly sold: number };

/** The public projection of a pack, and whether its lot is recalled. */
export type PackState = Pick<
  typeof packStatus.$inferSelect,
  "epc" | "gtin" | "lot" | "expiry" | "sold" | "step" | "disposition" | "at"
> & { readonly recalled: boolean };

const rowsPerInsert = 1_000;

/**
 * Brings packs' projections up to date, each pack at most once a call: what was stated first of lot, expiry and product
 * stays, step and disposition follow the newest event time, sales add up.
 */
export async function changePacks(tx: Tx, changes: readonly PackChange[]): Promise<void> {
  const newer = sql`excluded.at >= ${packStatus.at}`;
  for (let from = 0; from < changes.length; from += rowsPerInsert) {
    await tx
      .insert(packStatus)
      .values(changes.slice(from, from + rowsPerInsert))
      .onConflictDoUpdate({
        target: packStatus.epc,
        set: {
          gtin: sql`coalesce(${packStatus.gtin}, excluded.gtin)`,
          lot: sql`coalesce(${packStatus.lot}, excluded.lot)`,
          expiry: sql`coalesce(${packStatus.expiry}, excluded.expiry)`,
          firstSeen: sql`least(${packStatus.firstSeen}, excluded.first_seen)`,
          sold: sql`${packStatus.sold} + excluded.sold`,
          step: sql`case when ${newer} then excluded.step else ${packStatus.step} end`,
          disposition: sql`case when ${newer} then excluded.disposition else ${packStatus.disposition} end`,
          holderTenant: sql`case when ${newer} then excluded.holder_tenant else ${packStatus.holderTenant} end`,
          at: sql`greatest(${packStatus.at}, excluded.at)`,
        },
      });
  }
}

/** The states of these packs (canonical EPCs) in one query; unknown ones are missing. For the worker role. */
export async function findPackStates(tx: Tx, epcs: readonly string[]): Promise<PackState[]> {
  if (epcs.length === 0) return [];
  const { epc, gtin, lot, expiry, sold, step, disposition, at } = packStatus;
  return tx
    .select({
      ...{ epc, gtin, lot, expiry, sold, step, disposition, at },
      // As conditions of their own: bare columns here would be written without their tables, each equal to itself.
      recalled: sql<boolean>`exists (select from ${lots} where ${and(
        eq(lots.gtin, gtin),
        eq(lots.lot, lot),
        isNotNull(lots.recalledAt),
      )})`,
    })
    .from(packStatus)
    .where(inArray(epc, [...epcs]));
}

/**
 * Whether an organisation states, or stated, something about a pack or about a case or pallet that the pack was in.
 * Equipment doesn't count: who once loaded a lorry doesn't hold all that ever went in it. For the worker role.
 */
export async function hasHandled(tx: Tx, tenant: string, epc: string): Promise<boolean> {
  const found = await tx.execute<{ handled: boolean }>(sql`
    with recursive around (epc, depth) as (
      select ${epc}::text, 0
      union
      select outside.epc, around.depth + 1
      from around
      join event_codes inside on inside.epc = around.epc and inside.role = 'child'
      join event_codes outside on outside.tenant_id = inside.tenant_id and outside.event_id = inside.event_id
        and outside.role = 'parent'
      where around.depth < 6 and not exists (select from equipment where equipment.epc = outside.epc)
    )
    select exists (
      select from event_codes join around using (epc) where event_codes.tenant_id = ${tenant}
    ) as handled`);
  return found.rows[0]?.handled ?? false;
}

/** Whether a product is an organisation's own. */
export async function isOwnProduct(tx: Tx, tenant: string, gtin: string): Promise<boolean> {
  const rows = await tx
    .select({ gtin: products.gtin })
    .from(products)
    .where(and(eq(products.tenantId, tenant), eq(products.gtin, gtin)));
  return rows.length > 0;
}

/** Since when a lot of the organisation is recalled (null: it isn't), or undefined where it has no such lot. */
export async function recalledSince(
  tx: Tx,
  tenant: string,
  gtin: string,
  lot: string,
): Promise<number | null | undefined> {
  const rows = await tx
    .select({ since: lots.recalledAt })
    .from(lots)
    .where(and(eq(lots.tenantId, tenant), eq(lots.gtin, gtin), eq(lots.lot, lot)));
  return rows[0]?.since;
}

/** A lot by its GTIN (14 digits) and number. */
export interface RecalledLot {
  readonly gtin: string;
  readonly lot: string;
}

/** Every lot in recall, of all makers; worker only. */
export async function recalledLots(tx: Tx): Promise<RecalledLot[]> {
  return tx
    .select({ gtin: lots.gtin, lot: lots.lot })
    .from(lots)
    .where(isNotNull(lots.recalledAt))
    .orderBy(lots.recalledAt);
}

/** Marks a lot as recalled; false when it was already. */
export async function markRecalled(
  tx: Tx,
  tenant: string,
  recall: { gtin: string; lot: string; at: number; reason: string },
): Promise<boolean> {
  const rows = await tx
    .update(lots)
    .set({ recalledAt: recall.at, recallReason: recall.reason })
    .where(
      and(
        eq(lots.tenantId, tenant),
        eq(lots.gtin, recall.gtin),
        eq(lots.lot, recall.lot),
        isNull(lots.recalledAt),
      ),
    )
    .returning({ lot: lots.lot });
  return rows.length > 0;
}
