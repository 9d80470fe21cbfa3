import { sql } from "drizzle-orm";
import { boolean, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** Which limit was left. */
export const excursionDirections = ["high", "low"] as const;

/**
 * Stretches outside the equipment's limits, `changedAt` when we last learned more of one; `queued` once the log was told.
 * One that lasts and has `knownTo` is retrospective: only back-filled readings tell of it, up to then. It is null once a
 * live one does.
 */
export const excursions = pgTable(
  "excursions",
  {
    tenantId: tenant(),
    equipmentId: text().notNull(),
    point: text().notNull(),
    fromTs: whole().notNull(),
    direction: text({ enum: excursionDirections }).notNull(),
    toTs: whole(),
    knownTo: whole(),
    extremeMilliC: integer().notNull(),
    limitMilliC: integer().notNull(),
    detectedAt: whole().notNull(),
    changedAt: whole().notNull(),
    queued: boolean().notNull().default(false),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.equipmentId, t.point, t.fromTs] }),
    index().on(t.detectedAt).where(sql`not queued`),
    index("excursions_changed").on(t.changedAt),
    index("excursions_lasting").on(t.tenantId).where(sql`to_ts is null`),
  ],
);
