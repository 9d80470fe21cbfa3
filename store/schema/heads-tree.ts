import { pgTable, text } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/** Pages of the `heads` tree (domain/log/heads-page.ts) by their place; `size` of the log when a page last changed. */
export const headsTree = pgTable("heads_tree", {
  place: text().primaryKey(),
  size: whole().notNull(),
  page: bytes().notNull(),
});
