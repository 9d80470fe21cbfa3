import { integer, pgTable, primaryKey } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/** Hashes of complete subtrees: node (L, i) covers leaves i·2^L up to (i+1)·2^L. */
export const treeNodes = pgTable(
  "tree_nodes",
  { level: integer().notNull(), index: whole().notNull(), hash: bytes().notNull() },
  (t) => [primaryKey({ columns: [t.level, t.index] })],
);
