import { integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** Calibration certificates of sensors: they decide validity, never change a value (design §7). */
export const calibrations = pgTable(
  "calibrations",
  {
    tenantId: tenant(),
    sensorId: text().notNull(),
    certificate: text().notNull(),
    calibratedAt: whole().notNull(),
    validUntil: whole().notNull(),
    errorMilliC: integer(),
    lab: text(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.sensorId, t.certificate] })],
);
