import { sql } from "drizzle-orm";
import { index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** Holes in a gateway's sequence numbers that were found missing for too long; both ends included, open until filled. */
export const sequenceGaps = pgTable(
  "sequence_gaps",
  {
    tenantId: tenant(),
    gatewayId: text().notNull(),
    boot: whole().notNull(),
    fromSeq: whole().notNull(),
    toSeq: whole().notNull(),
    /** When the messages just before and just after the hole came; null before the first of a boot. */
    afterMs: whole(),
    beforeMs: whole().notNull(),
    foundAt: whole().notNull(),
    filledAt: whole(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.gatewayId, t.boot, t.fromSeq] }),
    index("sequence_gaps_open").on(t.tenantId, t.gatewayId, t.boot).where(sql`filled_at is null`),
  ],
);
