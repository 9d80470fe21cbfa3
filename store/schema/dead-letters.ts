import { index, integer, pgTable, text } from "drizzle-orm/pg-core";
import { bytes, serial, whole } from "./columns.ts";

/** Messages and readings that could not be used, each with its reason and the raw bytes. */
export const deadLetters = pgTable(
  "dead_letters",
  {
    id: serial().primaryKey(),
    tenantId: text(),
    gateway: text().notNull(),
    inboxId: whole().notNull(),
    readingIndex: integer(),
    reason: text().notNull(),
    detail: text().notNull(),
    payload: bytes().notNull(),
    at: whole().notNull(),
  },
  (t) => [index().on(t.tenantId, t.at), index().on(t.inboxId)],
);
