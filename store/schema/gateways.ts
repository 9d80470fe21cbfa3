import { boolean, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** `native` speaks our message, `replay` brings a logger's file in and never makes anything compliant (design §7). */
export const gatewayKinds = ["native", "replay"] as const;

/** Gateways that publish readings; the password is kept as a scrypt hash. */
export const gateways = pgTable(
  "gateways",
  {
    tenantId: tenant(),
    id: text().notNull(),
    kind: text({ enum: gatewayKinds }).notNull(),
    signatureRequired: boolean().notNull(),
    /** Messages received before may be unsigned all the same; null: none may. */
    signatureRequiredSince: whole(),
    mqttPasswordHash: text(),
    siteId: text(),
    acceptedAt: whole().notNull(),
    revokedAt: whole(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.id] })],
);
