import { boolean, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { names, tenant, whole } from "./columns.ts";

/** Products of a maker, with the limits of the label in milli-°C. */
export const products = pgTable(
  "products",
  {
    tenantId: tenant(),
    gtin: text().notNull(),
    names: names().notNull(),
    lowerMilliC: integer().notNull(),
    upperMilliC: integer().notNull(),
    effectiveFrom: whole().notNull(),
    acceptedAt: whole().notNull(),
    signedBy: text(),
    offline: boolean().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.gtin] })],
);
