import { sql } from "drizzle-orm";
import { index, integer, pgTable, text, uniqueIndex } from "drizzle-orm/pg-core";
import { bytes, serial, whole } from "./columns.ts";

/** Messages and readings that could not be used, each with its reason and the raw bytes; what is the same counts up. */
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
    /** SHA-256 over all in which a letter can differ from another; null for those of before such were counted. */
    sameness: bytes(),
    /** How often it came; the first stands here, the places of the others in `set_aside`. */
    count: whole().notNull().default(1),
    /** When it came last; 0, and so before `at`, where a version wrote it that doesn't count. */
    lastAt: whole().notNull().default(0),
  },
  (t) => [
    index().on(t.tenantId, t.at),
    index().on(t.inboxId),
    uniqueIndex("dead_letters_sameness").on(t.sameness),
    // A name in a topic can be longer than an index takes.
    index("dead_letters_day").on(sql`left(gateway, 64)`, t.at),
  ],
);
