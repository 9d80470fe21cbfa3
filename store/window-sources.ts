import { inArray, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { gatewayMessages } from "./schema/gateway-messages.ts";

/** A message that brought readings: who sent it, its sequence number and the hash of its raw bytes. */
export type SourceMessage = typeof gatewayMessages.$inferSelect;

/** One boot of a gateway, and a range of its sequence numbers, ends included. */
export interface SequenceRange {
  readonly tenantId: string;
  readonly gatewayId: string;
  readonly boot: number;
  readonly first: number;
  readonly last: number;
}

const idsPerSelect = 10_000;

/** The messages behind readings, by their inbox ids. */
export async function readSourceMessages(tx: Tx, inboxIds: readonly number[]): Promise<SourceMessage[]> {
  const found: SourceMessage[] = [];
  for (let from = 0; from < inboxIds.length; from += idsPerSelect) {
    const ids = inboxIds.slice(from, from + idsPerSelect);
    found.push(...(await tx.select().from(gatewayMessages).where(inArray(gatewayMessages.inboxId, ids))));
  }
  return found;
}

/** The sequence numbers inside a range that never came, as ranges with both ends included. */
export async function readMissing(tx: Tx, range: SequenceRange): Promise<[from: number, to: number][]> {
  const found = await tx.execute<{ from_seq: number; to_seq: number }>(sql`
    select before + 1 as from_seq, seq - 1 as to_seq from (
      select seq, lag(seq) over (order by seq) as before from gateway_messages
      where tenant_id = ${range.tenantId} and gateway_id = ${range.gatewayId} and boot = ${range.boot}
        and seq between ${range.first} and ${range.last}) as kept
    where seq > before + 1 order by seq`);
  return found.rows.map((row) => [Number(row.from_seq), Number(row.to_seq)]);
}

/** The hashes of a boot's messages from sequence 1 up to a number, in order; shorter where one is missing. */
export async function readMessageHashes(
  tx: Tx,
  range: Omit<SequenceRange, "first" | "last" | "tenantId">,
  upTo: number,
): Promise<{ seq: number; sha256: Uint8Array; inboxId: number }[]> {
  const found = await tx.execute<{ seq: number; sha256: Uint8Array; inbox_id: number }>(sql`
    select seq, sha256, inbox_id from gateway_messages
    where gateway_id = ${range.gatewayId} and boot = ${range.boot} and seq <= ${upTo} order by seq`);
  return found.rows.map((row) => ({
    seq: Number(row.seq),
    sha256: new Uint8Array(row.sha256),
    inboxId: Number(row.inbox_id),
  }));
}
