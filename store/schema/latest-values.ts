import { integer, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** The newest reading of each measuring point by device time. */
export const latestValues = pgTable(
  "latest_values",
  {
    tenantId: tenant(),
    point: text().notNull(),
    ts: whole().notNull(),
    tMilliC: integer(),
    rhPermille: integer(),
    err: text(),
    receivedAt: whole().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.point] })],
);
