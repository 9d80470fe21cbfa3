import { pgTable } from "drizzle-orm/pg-core";
import { bytes, whole } from "./columns.ts";

/**
 * Messages of which something was set aside that has no dead letter of its own, because one like it was there, or too many
 * were that day. Whoever opens a message again must leave it out again.
 */
export const setAside = pgTable("set_aside", {
  inboxId: whole().primaryKey(),
  /** One bit for each such reading, the first in the lowest; null for the whole message. */
  readings: bytes(),
});
