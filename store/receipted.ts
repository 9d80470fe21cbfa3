import { sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { idsPerPart } from "./inbox-days.ts";

/** Where a walk through the sequence numbers of all gateways stands: the run it looked at last. */
export interface RunPlace {
  readonly tenantId: string;
  readonly gatewayId: string;
  readonly boot: number;
  readonly fromSeq: number;
}

/** A message that receipts cover and the inbox doesn't hold as it was: not at all, or with other bytes. */
export interface UnkeptMessage {
  readonly gatewayId: string;
  readonly boot: number;
  readonly seq: number;
  readonly inboxId: number;
  readonly isThere: boolean;
}

/**
 * The next runs of sequence numbers after a place, and those of their messages that the inbox doesn't hold as they were. Each
 * message is looked up by its id, in order: PostgreSQL would rather read the whole inbox for every page of runs.
 */
export async function readUnkept(
  tx: Tx,
  after: RunPlace | null,
  limit: number,
): Promise<{ last: RunPlace | null; unkept: UnkeptMessage[] }> {
  const { tenantId, gatewayId, boot, fromSeq } = after ?? {
    tenantId: "",
    gatewayId: "",
    boot: -1,
    fromSeq: -1,
  };
  const isNext = sql`(tenant_id, gateway_id, boot, from_seq) > (${tenantId}, ${gatewayId}, ${boot}::bigint, ${fromSeq}::bigint)`;
  const page = sql`select * from gateway_runs where ${isNext} order by tenant_id, gateway_id, boot, from_seq limit ${limit}`;
  const lasts = await tx.execute<Pick<RunPlace, keyof RunPlace>>(sql`
    select tenant_id as "tenantId", gateway_id as "gatewayId", boot, from_seq as "fromSeq" from (${page}) as run
    order by 1 desc, 2 desc, 3 desc, 4 desc limit 1`);
  const unkept = await tx.execute<Pick<UnkeptMessage, keyof UnkeptMessage>>(sql`
    select asked.gateway_id as "gatewayId", asked.boot, asked.seq, asked.id as "inboxId", message.id is not null as "isThere"
    from (
      select run.gateway_id, run.boot, run.from_seq + n - 1 as seq, run.inbox_ids[n] as id,
        substring(run.sha256s from 32 * (n - 1) + 1 for 32) as sha256
      from (${page}) as run
      cross join lateral generate_series(1, cardinality(run.inbox_ids)) as n order by id) as asked
    left join lateral (select id, sha256 from inbox where id = asked.id limit 1) as message on true
    where message.sha256 is distinct from asked.sha256
      and not (message.id is null and exists (
        select from inbox_days as day where day.part = asked.id / ${idsPerPart} and day.state = 'dropped'))
    order by 1, 2, 3`);
  return { last: lasts.rows[0] ?? null, unkept: unkept.rows };
}
