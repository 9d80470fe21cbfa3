import { pgTable, text } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/** Signed checkpoints of the log (C2SP note); `inboxTo` is the last inbox id its `heads` entry covers. */
export const checkpoints = pgTable("checkpoints", {
  size: whole().primaryKey(),
  root: bytes().notNull(),
  note: text().notNull(),
  createdAt: whole().notNull(),
  inboxTo: whole().notNull(),
});
