import { max } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { audit } from "./schema/audit.ts";

/** A number that is another one after each change of the register: every such change writes its audit record with it. */
export async function registerVersion(tx: Tx): Promise<number> {
  const rows = await tx.select({ newest: max(audit.id) }).from(audit);
  return rows[0]?.newest ?? 0;
}
