import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/** What became of a part: messages come in, all of it lies in a file too, or in the file only. */
export const inboxDayStates = ["open", "exported", "dropped"] as const;

/**
 * The parts of the inbox, one a day: part n holds the ids above n · 10^10. `day` counts UTC days since 1970; `file` and its
 * SHA-256 are there once the part was exported.
 */
export const inboxDays = pgTable("inbox_days", {
  part: integer().primaryKey(),
  day: integer().notNull(),
  state: text({ enum: inboxDayStates }).notNull(),
  messages: whole(),
  file: text(),
  sha256: bytes(),
  exportedAt: whole(),
});
