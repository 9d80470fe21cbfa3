import { boolean, doublePrecision, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** Readings where no InfluxDB is configured: one for each measuring point and device time. */
export const readings = pgTable(
  "readings",
  {
    tenantId: tenant(),
    point: text().notNull(),
    ts: whole().notNull(),
    equipmentId: text().notNull(),
    tMilliC: integer(),
    rhPermille: integer(),
    door: boolean(),
    power: boolean(),
    lat: doublePrecision(),
    lon: doublePrecision(),
    err: text(),
    receivedAt: whole().notNull(),
    inboxId: whole().notNull(),
    late: boolean().notNull(),
    signedBy: text(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.point, t.ts] }), index().on(t.tenantId, t.equipmentId, t.ts)],
);
