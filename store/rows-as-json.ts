import { type SQL, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";

/**
 * The rows of a query, carried as one JSON text: for a thousand rows less than half the time that a cell at a time takes
 * on the embedded database. Columns must be texts, numbers, booleans or JSON, named as the rows' members.
 */
export async function rowsAsJson<Row>(tx: Tx, query: SQL): Promise<Row[]> {
  const { rows } = await tx.execute<{ rows: Row[] }>(
    sql`select coalesce(json_agg(found), '[]'::json) as rows from (${query}) found`,
  );
  return rows[0]?.rows ?? [];
}
