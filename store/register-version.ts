import { sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";

/** More changes than these are never under way at once. */
const underWayMax = 1_000;

/**
 * A text that is another one after each change of the register, because every such change writes its audit record with
 * it. The count is there for two changes that commit in the other order than they got their numbers.
 */
export const registerVersionSql = sql<string>`(
  select coalesce(max(id), 0) || '/' || count(*) from audit
  where id > coalesce((select max(id) from audit), 0) - ${underWayMax})`;

/** The register's version now. */
export async function registerVersion(tx: Tx): Promise<string> {
  const found = await tx.execute<{ version: string }>(sql`select ${registerVersionSql} as version`);
  return found.rows[0]?.version ?? "";
}
