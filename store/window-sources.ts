import { sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { trackedColumns } from "./gateway-messages.ts";
import { listOf } from "./list-of.ts";
import { idsPerRun, messagesPerRun } from "./runs-of.ts";
import type { TrackedMessage, TrackedRow } from "./tracked-message.ts";

/** A message that brought readings: who sent it, its sequence number and the hash of its raw bytes. */
export type SourceMessage = TrackedMessage;

/** One boot of a gateway, and a range of its sequence numbers, ends included; both ends came. */
export interface SequenceRange {
  readonly tenantId: string;
  readonly gatewayId: string;
  readonly boot: number;
  readonly first: number;
  readonly last: number;
}

const idsPerSelect = 10_000;

/** The messages behind readings, by their inbox ids; those that have no sequence number are missing. */
export async function readSourceMessages(tx: Tx, inboxIds: readonly number[]): Promise<SourceMessage[]> {
  const sorted = [...new Set(inboxIds)].sort((a, b) => a - b);
  const found: SourceMessage[] = [];
  for (let from = 0; from < sorted.length; from += idsPerSelect) {
    const ids = sorted.slice(from, from + idsPerSelect);
    const gateways = await gatewaysOf(tx, ids);
    const gone = ids.filter((id) => !gateways.has(id));
    found.push(...(await readByGateway(tx, [...gateways])));
    for (const some of neighbours(gone)) found.push(...(await readAnywhere(tx, some)));
  }
  return found;
}

/** Who sent these messages, as long as they are in the inbox; their span names the parts to look into. */
async function gatewaysOf(tx: Tx, ids: readonly number[]): Promise<Map<number, string>> {
  const found = await tx.execute<{ id: number; gateway: string }>(sql`
    select id, gateway from inbox where id between ${ids[0]} and ${ids.at(-1)}
      and id = any(${listOf(ids, "bigint", (id) => id)})`);
  return new Map(found.rows.map(({ id, gateway }) => [id, gateway]));
}

async function readByGateway(
  tx: Tx,
  messages: readonly (readonly [id: number, gateway: string])[],
): Promise<SourceMessage[]> {
  if (messages.length === 0) return [];
  const found = await tx.execute<TrackedRow>(sql`
    select ${trackedColumns} from unnest(${listOf(messages, "bigint", ([id]) => id)},
      ${listOf(messages, "text", ([, gateway]) => gateway)}) as asked (id, gateway)
    cross join lateral (
      select * from gateway_runs as r where r.gateway_id = asked.gateway
        and r.inbox_from between asked.id - ${idsPerRun} and asked.id and asked.id = any(r.inbox_ids)
      order by r.inbox_from desc limit 1) as run
    cross join lateral (select array_position(run.inbox_ids, asked.id) - 1 as at) as place`);
  return found.rows;
}

/** Ids in groups between which nothing need be looked at. */
function neighbours(ids: readonly number[]): number[][] {
  const groups: number[][] = [];
  for (const id of ids) {
    const last = groups.at(-1);
    if (last !== undefined && id - (last.at(-1) as number) <= idsPerRun) last.push(id);
    else groups.push([id]);
  }
  return groups;
}

/** Messages of days that were dropped: any gateway may have sent them. */
async function readAnywhere(tx: Tx, ids: readonly number[]): Promise<SourceMessage[]> {
  const found = await tx.execute<TrackedRow>(sql`
    select ${trackedColumns} from (select distinct gateway_id from gateway_progress) as known
    join gateway_runs as run on run.gateway_id = known.gateway_id
      and run.inbox_from between ${(ids[0] as number) - idsPerRun} and ${ids.at(-1)}
    cross join lateral generate_series(0, cardinality(run.inbox_ids) - 1) as at
    join unnest(${listOf(ids, "bigint", (id) => id)}) as asked (id) on asked.id = run.inbox_ids[at + 1]`);
  return found.rows;
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
