import { sql } from "drizzle-orm";
import { index, pgTable, text, unique } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/** The log (design §5). Erasing sets salts and body to null; nothing else of a row can ever change. */
export const entries = pgTable(
  "entries",
  {
    index: whole().primaryKey(),
    stream: bytes().notNull(),
    seq: whole().notNull(),
    prev: bytes().notNull(),
    commit: bytes().notNull(),
    leaf: bytes().notNull(),
    subject: text().notNull(),
    kind: text().notNull(),
    fromMs: whole().notNull(),
    toMs: whole().notNull(),
    salt: bytes(),
    bodySalt: bytes(),
    body: text(),
    appendedAt: whole().notNull(),
  },
  (t) => [
    unique().on(t.stream, t.seq),
    index().on(t.stream, t.toMs),
    index().on(t.leaf).where(sql`kind = 'equipment'`),
  ],
);
