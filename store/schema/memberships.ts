import { index, pgTable, primaryKey, text } from "drizzle-orm/pg-core";
import { tenant, whole } from "./columns.ts";

/** What a person is in an organisation: `operator` runs the network, `manager` acts for a site, `auditor` only looks. */
export const memberRoles = ["operator", "manager", "auditor"] as const;

/** Who belongs to which organisation, as what. */
export const memberships = pgTable(
  "memberships",
  {
    tenantId: tenant(),
    userId: text().notNull(),
    /** What colleagues call them; the mail address is nobody's business but the role's that lets in. */
    name: text().notNull(),
    role: text({ enum: memberRoles }).notNull(),
    createdAt: whole().notNull(),
    revokedAt: whole(),
  },
  (t) => [primaryKey({ columns: [t.tenantId, t.userId] }), index().on(t.userId)],
);
