import { integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** The last command to each gateway: its counter never falls, `unheard` counts commands since one had an effect. */
export const gatewayCommands = pgTable(
  "gateway_commands",
  {
    tenantId: tenant(),
    gatewayId: text().notNull(),
    counter: whole().notNull(),
    sentAt: whole().notNull(),
    unheard: integer().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.gatewayId] })],
);
