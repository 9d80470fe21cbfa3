import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { whole } from "./columns.ts";

/** Transactions that told the contract of a recall, kept for what they may have cost: the last one of each nonce. */
export const sentRevocations = pgTable(
  "sent_revocations",
  { account: text().notNull(), nonce: whole().notNull(), rawTx: text().notNull(), sentAt: whole().notNull() },
  (table) => [primaryKey({ columns: [table.account, table.nonce] })],
);
