import { pgTable, text } from "drizzle-orm/pg-core";
import { whole } from "./columns.ts";

/**
 * How far a reader of the inbox got, and what became of the readings it saw; `mirror` is how far the log is durable in its
 * second place.
 */
export const cursors = pgTable("cursors", {
  name: text().primaryKey(),
  position: whole().notNull().default(0),
  received: whole().notNull().default(0),
  stored: whole().notNull().default(0),
  duplicate: whole().notNull().default(0),
  deadLetter: whole().notNull().default(0),
});
