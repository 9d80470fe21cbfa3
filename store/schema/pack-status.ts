import { index, integer, pgTable, text } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/** What is publicly known of each pack; `holderTenant` is not readable by the public. */
export const packStatus = pgTable(
  "pack_status",
  {
    epc: text().primaryKey(),
    stream: bytes().notNull(),
    gtin: text(),
    lot: text(),
    expiry: text(),
    firstSeen: whole().notNull(),
    sold: integer().notNull().default(0),
    step: text(),
    disposition: text(),
    at: whole().notNull(),
    holderTenant: text(),
  },
  (t) => [index().on(t.gtin, t.lot)],
);
