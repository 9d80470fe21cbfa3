import { index, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { bytes, tenant, whole } from "./columns.ts";
import { keyAlgorithms } from "./keys.ts";

/**
 * Gateways as their maker made them: serial, public key and the SHA-256 of the sticker's claim code. `claimedBy` is the
 * organisation that claimed it; one that was given back keeps its claim until the maker uploads it anew.
 */
export const makerDevices = pgTable(
  "maker_devices",
  {
    tenantId: tenant(),
    serial: text().notNull(),
    kid: text().notNull(),
    alg: text({ enum: keyAlgorithms }).notNull(),
    publicKey: bytes().notNull(),
    claimSha256: bytes().notNull(),
    uploadedAt: whole().notNull(),
    claimedBy: text(),
    claimedGateway: text(),
    claimedAt: whole(),
    releasedAt: whole(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.serial] }),
    unique().on(t.tenantId, t.claimSha256),
    unique().on(t.tenantId, t.kid),
    index().on(t.claimSha256),
    index().on(t.claimedBy, t.claimedGateway),
  ],
);
