import { pgTable } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/** The head each UTC day (days since 1970) ended with on chain: the opening of the contract's seal. */
export const seals = pgTable("seals", {
  day: whole().primaryKey(),
  size: whole().notNull(),
  root: bytes().notNull(),
  anchoredAt: whole().notNull(),
});
