import { index, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { serial, tenant, whole } from "./columns.ts";

/** Who changed what, from what, to what, when and why. No role but the owner can change or delete a row. */
export const audit = pgTable(
  "audit",
  {
    tenantId: tenant(),
    id: serial().notNull(),
    at: whole().notNull(),
    actor: text().notNull(),
    action: text().notNull(),
    subject: text().notNull(),
    old: jsonb().$type<unknown>(),
    new: jsonb().$type<unknown>(),
    reason: text(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] }), index().on(t.id)],
);
