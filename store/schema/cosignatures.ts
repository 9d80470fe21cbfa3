import { pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { whole } from "./columns.ts";

/** What witnesses signed of our checkpoints: each one's line of the note, and when it says that it saw it (epoch ms). */
export const cosignatures = pgTable(
  "cosignatures",
  { witness: text().notNull(), size: whole().notNull(), line: text().notNull(), seenAt: whole().notNull() },
  (table) => [primaryKey({ columns: [table.witness, table.size] })],
);
