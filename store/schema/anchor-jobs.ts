import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/** Each step of the chain's head; the signed transaction is stored before it is sent (design §5). */
export const anchorJobs = pgTable("anchor_jobs", {
  newSize: whole().primaryKey(),
  oldSize: whole().notNull(),
  root: bytes().notNull(),
  state: text().notNull(),
  nonce: whole(),
  rawTx: text(),
  txHash: text(),
  createdAt: whole().notNull(),
  sentAt: whole(),
  blockNumber: whole(),
  anchoredAt: whole(),
  attempts: integer().notNull().default(0),
});
