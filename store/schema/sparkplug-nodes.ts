import { boolean, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/**
 * How each Sparkplug edge node stands: its session (`bdSeq`), the last `seq` in order, those that came out of order, devices
 * by whether they are online, and why a rebirth is wanted. Metrics of what is offline are stale.
 */
export const sparkplugNodes = pgTable(
  "sparkplug_nodes",
  {
    tenantId: tenant(),
    gatewayId: text().notNull(),
    online: boolean().notNull(),
    offlineSince: whole(),
    bdSeq: whole(),
    seq: integer(),
    early: jsonb().$type<readonly number[]>().notNull(),
    holeSince: whole(),
    devices: jsonb().$type<Readonly<Record<string, { online: boolean; since: number }>>>().notNull(),
    rebirthWanted: text(),
    askAfter: whole().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.gatewayId] })],
);
