import { index, pgTable, primaryKey, text, unique } from "drizzle-orm/pg-core";
import { bytes, tenant, whole } from "./columns.ts";

/** What an API key may do. */
export const apiKeyScopes = [
  "capture",
  "provenance:partner",
  "equipment:bundle",
  "register",
  "devices",
  "gateways",
  "log:replay",
  "admin",
] as const;

/** API keys of machines, known by the SHA-256 of their secret only. */
export const apiKeys = pgTable(
  "api_keys",
  {
    tenantId: tenant(),
    id: text().notNull(),
    sha256: bytes().notNull(),
    scopes: text({ enum: apiKeyScopes }).array().notNull(),
    createdAt: whole().notNull(),
    revokedAt: whole(),
  },
  (t) => [
    primaryKey({ columns: [t.tenantId, t.id] }),
    unique().on(t.tenantId, t.sha256),
    index().on(t.sha256),
  ],
);
