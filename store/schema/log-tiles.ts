import { integer, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/** The tiles of the log's tree (domain/log/tile.ts), each as wide as it has become: its hashes, one after another. */
export const logTiles = pgTable(
  "log_tiles",
  { level: integer().notNull(), index: whole().notNull(), hashes: bytes().notNull() },
  (t) => [primaryKey({ columns: [t.level, t.index] })],
);
