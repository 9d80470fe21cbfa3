import { sql } from "drizzle-orm";
import { index, integer, jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bytes, tenant, whole } from "./columns.ts";

/** What is durable of each boot of a gateway: all up to `upTo`, the ranges in `also`, the running hash up to `upTo`. */
export const gatewayProgress = pgTable(
  "gateway_progress",
  {
    tenantId: tenant(),
    gatewayId: text().notNull(),
    boot: whole().notNull(),
    kid: text(),
    upTo: whole().notNull(),
    also: jsonb().$type<[from: number, to: number][]>().notNull(),
    hash: bytes().notNull(),
    /** When its first message came; 0 for boots of before that was noted. */
    firstReceivedAt: whole().notNull().default(0),
    /** When the newest message of it came for the first time. */
    lastReceivedAt: whole().notNull(),
    receiptedAt: whole(),
    /** How far the gateway's clock is behind ours, by the quickest messages; negative ahead; null before a live one told. */
    skewMs: integer(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.gatewayId, t.boot] }),
    index("gateway_progress_begun").on(t.gatewayId, t.firstReceivedAt),
    index("gateway_progress_with_holes").on(t.tenantId, t.gatewayId, t.boot).where(sql`also <> '[]'::jsonb`),
  ],
);
