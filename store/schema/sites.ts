import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { names, tenant, whole } from "./columns.ts";

/** What a site is. */
export const siteKinds = ["shop", "warehouse", "vehicle"] as const;

/** Places of an organisation, each with its GLN. */
export const sites = pgTable(
  "sites",
  {
    tenantId: tenant(),
    id: text().notNull(),
    label: text().notNull(),
    gln: text().notNull(),
    names: names().notNull(),
    kind: text({ enum: siteKinds }).notNull(),
    city: names(),
    province: names(),
    acceptedAt: whole().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
