import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { whole } from "./columns.ts";

/** Which collector holds which shard of the gateways, until when by the database's clock (epoch ms). */
export const collectorShards = pgTable("collector_shards", {
  shard: integer().primaryKey(),
  holder: text().notNull(),
  until: whole().notNull(),
});

/** Collectors that were heard of lately: among them the shards are shared out. */
export const collectors = pgTable("collectors", {
  id: text().primaryKey(),
  until: whole().notNull(),
});
