import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/**
 * Pages of the `heads` tree (domain/log/heads-page.ts) by their place, as they were in the log of `size` entries: at any
 * size a page is its newest one up to there.
 */
export const headsPages = pgTable(
  "heads_pages",
  { place: text().notNull(), size: whole().notNull(), page: bytes().notNull() },
  (t) => [primaryKey({ columns: [t.place, t.size] })],
);
