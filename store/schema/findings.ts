import { jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { serial, tenant, whole } from "./columns.ts";

/** What does not add up and a person should look at: a conflicting reading, a reused or missing sequence number. */
export const findings = pgTable(
  "findings",
  {
    tenantId: tenant(),
    id: serial().notNull(),
    kind: text().notNull(),
    subject: text().notNull(),
    detail: jsonb().$type<Record<string, unknown>>().notNull(),
    at: whole().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
