// What both kinds of database give: a transaction on Drizzle, and nothing that tells them apart.
import type { PgDatabase, PgQueryResultHKT } from "drizzle-orm/pg-core";
import type { Shares } from "./shares.ts";

interface Rows<Row> {
  readonly rows: Row[];
}

interface RowsResult extends PgQueryResultHKT {
  readonly type: Rows<this["row"]>;
}

/** A transaction of Drizzle; raw `execute` gives `{rows}`, whole numbers as number and bytes as Uint8Array. */
export type Transaction = PgDatabase<RowsResult, Record<string, never>>;

/** In whose name a transaction runs: the database role, and for `app` the organisation whose rows it may see. */
export interface Who {
  readonly role: "app" | "worker" | "auth" | "public" | "operator";
  readonly tenant?: string | null;
}

/** One opened and migrated database. */
export interface Driver {
  readonly kind: "postgres" | "pglite";
  readonly describe: string;
  /** Role and organisation end with the transaction; an unset one is '' and matches no row (reliability.md §0 row 10). */
  transaction<T>(who: Who, work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** How this process shares work with others on the same database. */
  shares(): Shares;
  close(): Promise<void>;
}
