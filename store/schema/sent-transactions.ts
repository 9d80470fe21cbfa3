import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { whole } from "./columns.ts";

/** Every transaction of ours to the contract, kept for what it may have cost: the last one of each nonce. */
export const sentTransactions = pgTable(
  "sent_transactions",
  { account: text().notNull(), nonce: whole().notNull(), rawTx: text().notNull(), sentAt: whole().notNull() },
  (table) => [primaryKey({ columns: [table.account, table.nonce] })],
);
