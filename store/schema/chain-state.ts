import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { whole } from "./columns.ts";

/** The one contract our log is anchored in (a single row, id 1). */
export const chainState = pgTable("chain_state", {
  id: integer().primaryKey(),
  chainId: whole().notNull(),
  contract: text().notNull(),
  codeHash: text().notNull(),
  origin: text().notNull(),
  logId: text().notNull(),
  deployedAt: whole().notNull(),
});
