import { sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { messagesPerRun } from "./runs-of.ts";

/** One boot of a gateway, and a range of its sequence numbers, ends included; both ends came. */
export interface SequenceRange {
  readonly tenantId: string;
  readonly gatewayId: string;
  readonly boot: number;
  readonly first: number;
  readonly last: number;
}

/** The sequence numbers inside a range that never came, as ranges with both ends included. */
export async function readMissing(tx: Tx, range: SequenceRange): Promise<[from: number, to: number][]> {
  const found = await tx.execute<{ from: number; to: number }>(sql`
    select before + 1 as "from", from_seq - 1 as "to" from (
      select from_seq, lag(to_seq) over (order by from_seq) as before from gateway_runs
      where tenant_id = ${range.tenantId} and gateway_id = ${range.gatewayId} and boot = ${range.boot}
        and from_seq > ${range.first - messagesPerRun} and from_seq <= ${range.last} and to_seq >= ${range.first}) as kept
    where from_seq > before + 1 order by from_seq`);
  return found.rows.map((row) => [row.from, row.to]);
}

/** The hashes of a boot's messages from sequence 1 up to a number, in order; shorter where one is missing. */
export async function readMessageHashes(
  tx: Tx,
  range: Omit<SequenceRange, "first" | "last" | "tenantId">,
  upTo: number,
): Promise<{ seq: number; sha256: Uint8Array; inboxId: number }[]> {
  const found = await tx.execute<{ seq: number; sha256: Uint8Array; inboxId: number }>(sql`
    select seq, sha256, inbox_id as "inboxId" from gateway_messages
    where gateway_id = ${range.gatewayId} and boot = ${range.boot} and from_seq <= ${upTo} and seq <= ${upTo} order by seq`);
  return found.rows;
}
