import { pgTable, text } from "drizzle-orm/pg-core";

/** Whose gateway an id is: the id stands in the topic, so it is one of its kind over all organisations. */
export const gatewayTopics = pgTable("gateway_topics", {
  gatewayId: text().primaryKey(),
  tenantId: text().notNull(),
});
