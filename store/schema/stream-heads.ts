import { pgTable, text } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/** The newest entry of each stream. */
export const streamHeads = pgTable("stream_heads", {
  stream: bytes().primaryKey(),
  seq: whole().notNull(),
  leaf: bytes().notNull(),
  subject: text().notNull(),
});
