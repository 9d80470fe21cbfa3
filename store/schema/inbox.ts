import { pgTable, text } from "drizzle-orm/pg-core";
import { bytes, serial, whole } from "./columns.ts";

/** Every message as it came, in the order it became durable: the record all else is a view of (design §4). */
export const inbox = pgTable("inbox", {
  id: serial().primaryKey(),
  receivedAt: whole().notNull(),
  gateway: text().notNull(),
  topic: text().notNull(),
  lane: text().notNull(),
  payload: bytes().notNull(),
  sha256: bytes().notNull(),
  door: text().notNull(),
});
