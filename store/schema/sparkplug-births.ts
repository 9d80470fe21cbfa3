import { jsonb, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** A metric of a birth: its alias, name and datatype. */
type BornMetric = readonly [alias: number, name: string, datatype: number | null];

/**
 * Births of Sparkplug edge nodes (`device` empty) and their devices, by the inbox message that said them: what the aliases of
 * later messages mean.
 */
export const sparkplugBirths = pgTable(
  "sparkplug_births",
  {
    tenantId: tenant(),
    gatewayId: text().notNull(),
    device: text().notNull(),
    inboxId: whole().notNull(),
    metrics: jsonb().$type<readonly BornMetric[]>().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.gatewayId, t.device, t.inboxId] })],
);
