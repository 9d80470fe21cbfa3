import { index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bytes, tenant, whole } from "./columns.ts";

/** Each sequence number a gateway used, with the hash of the raw message that used it first. */
export const gatewayMessages = pgTable(
  "gateway_messages",
  {
    tenantId: tenant(),
    gatewayId: text().notNull(),
    boot: whole().notNull(),
    seq: whole().notNull(),
    inboxId: whole().notNull(),
    sha256: bytes().notNull(),
    kid: text(),
    receivedAt: whole().notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.gatewayId, t.boot, t.seq] }), index().on(t.inboxId)],
);
