import { boolean, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** Capture jobs of EPCIS 2.0 §12.6: how each document fared. */
export const captures = pgTable(
  "captures",
  {
    tenantId: tenant(),
    id: text().notNull(),
    createdAt: whole().notNull(),
    finishedAt: whole(),
    events: integer().notNull(),
    success: boolean().notNull(),
    errors: jsonb().$type<unknown[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
