import { eq, sql } from "drizzle-orm";
import { fromHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import type { Tx } from "./connect.ts";
import { organisations } from "./schema/organisations.ts";

const keysSubject = "urn:coldmark:keys";

/** The label of the organisation that operates this network, null before it is registered. */
export async function operatorLabel(tx: Tx): Promise<string | null> {
  const rows = await tx
    .select({ label: organisations.label })
    .from(organisations)
    .where(eq(organisations.kind, "operator"))
    .limit(1);
  return rows[0]?.label ?? null;
}

/** Which of these keys the log was told of, or will be, in the keys' own stream. */
export async function queuedKeys(tx: Tx, kids: readonly string[]): Promise<Set<string>> {
  const told = await tx.execute<{ kid: string }>(sql`
    select body::jsonb ->> 'kid' as kid from (
      select body from pending_entries where subject = ${keysSubject} and kind = 'key' and entry_index is null
      union all select body from entries where stream = ${fromHex(streamOf(keysSubject))} and kind = 'key') as said
    where body is not null`);
  const known = new Set(told.rows.map((row) => row.kid));
  return new Set(kids.filter((one) => known.has(one)));
}
