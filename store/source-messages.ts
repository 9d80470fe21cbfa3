import { sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { trackedColumns } from "./gateway-messages.ts";
import { listOf, listsOf } from "./list-of.ts";
import { idsPerRun } from "./runs-of.ts";
import type { TrackedMessage, TrackedRow } from "./tracked-message.ts";

/** A message that brought readings: who sent it, its sequence number and the hash of its raw bytes. */
export type SourceMessage = TrackedMessage;

/** A row of `gateway_runs`: messages of one boot and key whose numbers follow one another. */
interface RunRow extends Pick<TrackedMessage, "tenantId" | "gatewayId" | "boot" | "kid"> {
  readonly fromSeq: number;
  readonly inboxIds: readonly number[];
  readonly receivedAts: readonly number[];
  readonly sha256s: Uint8Array;
}

const idsPerSelect = 10_000;
const hashLength = 32;
/** Mostly a few gateways sent all the messages: a few messages name them. */
const sampledFirst = 32;

/** The messages behind readings, by their inbox ids; those that have no sequence number are missing. */
export async function readSourceMessages(tx: Tx, inboxIds: readonly number[]): Promise<SourceMessage[]> {
  const sorted = [...new Set(inboxIds)].sort((a, b) => a - b);
  const found: SourceMessage[] = [];
  for (let from = 0; from < sorted.length; from += idsPerSelect)
    found.push(...(await readSome(tx, sorted.slice(from, from + idsPerSelect))));
  return found;
}

/**
 * Asks who sent some of the messages and takes the whole runs of these gateways, then the same for those that are left. Each time
 * more are asked: where messages have no numbers, as those of foreign gateways, all are left.
 */
async function readSome(tx: Tx, ids: readonly number[]): Promise<SourceMessage[]> {
  const found = new Map<number, SourceMessage>();
  const gone: number[] = [];
  let sampled = sampledFirst;
  for (let left = ids; left.length > 0; sampled *= 4) {
    const sample = evenly(left, sampled);
    const senders = await gatewaysOf(tx, sample);
    for (const message of await readOf(tx, new Set(senders.values()), left))
      found.set(message.inboxId, message);
    gone.push(...sample.filter((id) => !senders.has(id) && !found.has(id)));
    const asked = new Set(sample);
    left = left.filter((id) => !found.has(id) && !asked.has(id));
  }
  for (const some of neighbours(gone.sort((a, b) => a - b)))
    for (const message of await readAnywhere(tx, some)) found.set(message.inboxId, message);
  return [...found.values()];
}

function evenly(ids: readonly number[], count: number): readonly number[] {
  if (ids.length <= count) return ids;
  return Array.from({ length: count }, (_, at) => ids[Math.floor((at * ids.length) / count)] as number);
}

/** Who sent these messages, as long as they are in the inbox; their span names the parts to look into. */
async function gatewaysOf(tx: Tx, ids: readonly number[]): Promise<Map<number, string>> {
  const found = await tx.execute<{ id: number; gateway: string }>(sql`
    select id, gateway from inbox where id between ${ids[0]} and ${ids.at(-1)}
      and id = any(${listOf(ids, "bigint", (id) => id)})`);
  return new Map(found.rows.map(({ id, gateway }) => [id, gateway]));
}

/** Those of the messages that these gateways sent, by whole runs: a row for each message would take several times as long. */
async function readOf(
  tx: Tx,
  gateways: ReadonlySet<string>,
  ids: readonly number[],
): Promise<SourceMessage[]> {
  const spans = listsOf(neighbours(ids));
  const found = await tx.execute<RunRow & Record<string, unknown>>(sql`
    select run.tenant_id as "tenantId", run.gateway_id as "gatewayId", run.boot, run.kid, run.from_seq as "fromSeq",
      to_json(run.inbox_ids) as "inboxIds", to_json(run.received_ats) as "receivedAts", run.sha256s
    from unnest(${spans("bigint", ([first]) => first)}, ${spans("bigint", (span) => span.at(-1) as number)}) as span (first, last)
    cross join unnest(${listOf([...gateways], "text", (gateway) => gateway)}) as sender (gateway)
    cross join lateral (
      select * from gateway_runs as r where r.gateway_id = sender.gateway
        and r.inbox_from between span.first - ${idsPerRun} and span.last offset 0) as run`);
  const wanted = new Set(ids);
  return found.rows.flatMap((run) => messagesIn(run, wanted));
}

function messagesIn(run: RunRow, wanted: ReadonlySet<number>): SourceMessage[] {
  const { tenantId, gatewayId, boot, kid, fromSeq, inboxIds, receivedAts, sha256s } = run;
  return inboxIds.flatMap((inboxId, at) => {
    if (!wanted.has(inboxId)) return [];
    const sha256 = sha256s.subarray(hashLength * at, hashLength * (at + 1));
    return [
      {
        tenantId,
        gatewayId,
        boot,
        seq: fromSeq + at,
        inboxId,
        sha256,
        kid,
        receivedAt: receivedAts[at] as number,
      },
    ];
  });
}

/** Ids in groups between which nothing need be looked at. */
function neighbours(ids: readonly number[]): [number, ...number[]][] {
  const groups: [number, ...number[]][] = [];
  for (const id of ids) {
    const last = groups.at(-1);
    if (last !== undefined && id - (last.at(-1) as number) <= idsPerRun) last.push(id);
    else groups.push([id]);
  }
  return groups;
}

/** Messages of days that were dropped: any gateway may have sent them. */
async function readAnywhere(tx: Tx, ids: readonly [number, ...number[]]): Promise<SourceMessage[]> {
  const found = await tx.execute<TrackedRow>(sql`
    select ${trackedColumns} from (select distinct gateway_id from gateway_progress) as known
    join gateway_runs as run on run.gateway_id = known.gateway_id
      and run.inbox_from between ${ids[0] - idsPerRun} and ${ids.at(-1)}
    cross join lateral generate_series(0, cardinality(run.inbox_ids) - 1) as at
    join unnest(${listOf(ids, "bigint", (id) => id)}) as asked (id) on asked.id = run.inbox_ids[at + 1]`);
  return found.rows;
}
