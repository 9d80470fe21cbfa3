import { boolean, index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { bytes, tenant, whole } from "./columns.ts";

/** The two signature algorithms of the envelope (design §4). */
export const keyAlgorithms = ["Ed25519", "ES256"] as const;
/** Whose key it is; a `device` is a scanner or phone of an organisation. */
export const keyOwners = ["gateway", "device", "organisation", "log", "receipt"] as const;

/** Public keys of gateways, devices and organisations; `offline` keys may state times of an outage. */
export const keys = pgTable(
  "keys",
  {
    tenantId: tenant(),
    kid: text().notNull(),
    alg: text({ enum: keyAlgorithms }).notNull(),
    publicKey: bytes().notNull(),
    ownerKind: text({ enum: keyOwners }).notNull(),
    ownerId: text().notNull(),
    offline: boolean().notNull(),
    enrolledAt: whole().notNull(),
    revokedAt: whole(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.kid] }), index().on(t.kid)],
);
