import { boolean, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { serial, tenant, whole } from "./columns.ts";

/** Where each sensor lay from when to when: in one piece of equipment at a time (design §5). */
export const sensorPlacements = pgTable(
  "sensor_placements",
  {
    tenantId: tenant(),
    id: serial().notNull(),
    sensorId: text().notNull(),
    equipmentId: text().notNull(),
    since: whole().notNull(),
    until: whole(),
    acceptedAt: whole().notNull(),
    offline: boolean().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    index().on(t.tenantId, t.sensorId),
    index().on(t.tenantId, t.equipmentId),
  ],
);
