import { boolean, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bytes, tenant, whole } from "./columns.ts";

/** EPCIS events as captured (RFC 8785 text); never changed, corrected only by an error declaration. */
export const epcisEvents = pgTable(
  "epcis_events",
  {
    tenantId: tenant(),
    eventId: text().notNull(),
    document: text().notNull(),
    sha256: bytes().notNull(),
    salt: bytes().notNull(),
    eventTime: whole().notNull(),
    acceptedAt: whole().notNull(),
    signedBy: text(),
    offline: boolean().notNull(),
    captureId: text().notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.eventId] }),
    index().on(t.tenantId, t.eventTime),
    index().on(t.tenantId, t.captureId),
  ],
);
