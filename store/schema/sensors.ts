import { boolean, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** Probes; `point` is the opaque id of the measuring point in every sealed body, `equipmentId` where it lies now. */
export const sensors = pgTable(
  "sensors",
  {
    tenantId: tenant(),
    id: text().notNull(),
    point: text().notNull(),
    gatewayId: text().notNull(),
    channel: text().notNull(),
    equipmentId: text(),
    since: whole().notNull(),
    acceptedAt: whole().notNull(),
    offline: boolean().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique().on(t.tenantId, t.gatewayId, t.channel),
    unique().on(t.tenantId, t.point),
  ],
);
