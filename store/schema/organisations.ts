import { pgTable, text } from "drizzle-orm/pg-core";
import { names, tenant, whole } from "./columns.ts";

/** What an organisation does in the chain of supply. */
export const organisationKinds = [
  "operator",
  "manufacturer",
  "wholesaler",
  "carrier",
  "pharmacy",
  "prescriber",
  "authority",
] as const;

/** Organisations; the id is the tenant. `label` is its opaque name in the log. */
export const organisations = pgTable("organisations", {
  tenantId: tenant().primaryKey(),
  kind: text({ enum: organisationKinds }).notNull(),
  names: names().notNull(),
  gln: text(),
  label: text().notNull(),
  acceptedAt: whole().notNull(),
});
