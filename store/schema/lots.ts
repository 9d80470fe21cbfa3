import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** Lots of a maker's product; `expiry` is a date, YYYY-MM-DD. */
export const lots = pgTable(
  "lots",
  {
    tenantId: tenant(),
    gtin: text().notNull(),
    lot: text().notNull(),
    expiry: text().notNull(),
    acceptedAt: whole().notNull(),
    recalledAt: whole(),
    recallReason: text(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.gtin, t.lot] })],
);
