import { pgTable, text } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/** Pages of the `heads` tree in the form of before 0016. Nothing reads them but the version before, should it be started again. */
export const headsPages = pgTable("heads_pages", {
  place: text().primaryKey(),
  size: whole().notNull(),
  page: bytes().notNull(),
});
