import { sql } from "drizzle-orm";
import { boolean, index, pgTable, text } from "drizzle-orm/pg-core";
import { serial, whole } from "./columns.ts";

/** What the log is to hold next, queued in the transaction of the change itself; `entryIndex` once appended. */
export const pendingEntries = pgTable(
  "pending_entries",
  {
    id: serial().primaryKey(),
    subject: text().notNull(),
    kind: text().notNull(),
    fromMs: whole().notNull(),
    toMs: whole().notNull(),
    body: text().notNull(),
    urgent: boolean().notNull().default(false),
    createdAt: whole().notNull(),
    entryIndex: whole(),
  },
  (t) => [index().on(t.id).where(sql`entry_index is null`), index().on(t.entryIndex).where(sql`urgent`)],
);
