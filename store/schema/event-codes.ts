import { index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bytes, tenant, whole } from "./columns.ts";

/** The part a code plays in an event. */
export const eventCodeRoles = ["object", "parent", "child"] as const;

/** Which codes each event speaks of, so that a pack's events are found by its code. */
export const eventCodes = pgTable(
  "event_codes",
  {
    tenantId: tenant(),
    eventId: text().notNull(),
    epc: text().notNull(),
    role: text({ enum: eventCodeRoles }).notNull(),
    stream: bytes().notNull(),
    eventTime: whole().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.eventId, t.epc, t.role] }),
    index().on(t.epc, t.eventTime),
    index().on(t.tenantId, t.epc, t.eventTime),
  ],
);
