import { boolean, index, integer, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { names, tenant, whole } from "./columns.ts";

/** What keeps the medicine cold. */
export const equipmentKinds = ["refrigerator", "coldroom", "vehicle", "box"] as const;
/** Which numbers of a rule profile apply to it (design §7). */
export const scopes = ["shop", "warehouse", "transport"] as const;
/** The rule profiles equipment can be kept under. */
export const profiles = ["CN-GSP"] as const;

/** Refrigerators, cold rooms, vehicles and boxes, with their limits (milli-°C) and the window of their segments. */
export const equipment = pgTable(
  "equipment",
  {
    tenantId: tenant(),
    id: text().notNull(),
    siteId: text().notNull(),
    label: text().notNull(),
    epc: text().notNull(),
    kind: text({ enum: equipmentKinds }).notNull(),
    scope: text({ enum: scopes }).notNull(),
    names: names().notNull(),
    profile: text({ enum: profiles }).notNull(),
    profileVersion: integer().notNull(),
    lowerMilliC: integer().notNull(),
    upperMilliC: integer().notNull(),
    segmentMs: whole().notNull(),
    validatedMs: whole(),
    since: whole().notNull(),
    acceptedAt: whole().notNull(),
    signedBy: text(),
    offline: boolean().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique().on(t.tenantId, t.epc),
    index().on(t.epc),
    index().on(t.label),
  ],
);
