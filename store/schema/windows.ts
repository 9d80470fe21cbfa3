import { sql } from "drizzle-orm";
import { boolean, index, integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** Sealed windows of equipment; `dirty` when a reading came after the seal and the window must be sealed again. */
export const windows = pgTable(
  "windows",
  {
    tenantId: tenant(),
    equipmentId: text().notNull(),
    fromMs: whole().notNull(),
    toMs: whole().notNull(),
    versions: integer().notNull(),
    dirty: boolean().notNull(),
    sealedAt: whole(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.equipmentId, t.fromMs] }),
    index().on(t.toMs).where(sql`dirty`),
  ],
);
