import { type SQL, sql } from "drizzle-orm";

/** Whose rows a reader may see: one organisation's, or everybody's (`tenant` null) under the role `operator`. */
export type ReadWho =
  | { readonly role: "app"; readonly tenant: string }
  | { readonly role: "operator"; readonly tenant: null };

/** The application's own filter by organisation, beside the row-level security that says the same. */
export function ownedBy(alias: "s" | "e" | "x" | "a", tenant: string | null): SQL {
  return tenant === null ? sql`true` : sql`${sql.raw(alias)}.tenant_id = ${tenant}`;
}
