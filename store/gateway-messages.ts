import { and, eq, gt, lte, type SQL, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { givenRows } from "./given-rows.ts";
import { joinedBytes, listsOf, startsOf } from "./list-of.ts";
import { messagesPerRun, type Run, runsOf } from "./runs-of.ts";
import { gatewayMessages, gatewayRuns } from "./schema/gateway-runs.ts";
import {
  type BootKey,
  type SequenceKey,
  seqText,
  type TrackedMessage,
  type TrackedRow,
} from "./tracked-message.ts";

/**
 * Notes which message used each sequence number; each list is of one boot. Runs must never overlap, as a number would have
 * two messages then: one that would is left out, and its messages are given back.
 */
export async function trackMessages(
  tx: Tx,
  boots: Iterable<readonly TrackedMessage[]>,
): Promise<TrackedMessage[]> {
  const runs = [...boots].flatMap(runsOf);
  if (runs.length === 0 || (await insertRuns(tx, runs)) === runs.length) return [];
  const messages = runs.flat();
  const kept = await findTracked(tx, messages);
  const idOf = new Map(kept.map((message) => [seqText(message), message.inboxId]));
  return messages.filter((message) => idOf.get(seqText(message)) !== message.inboxId);
}

/** @returns how many of them are kept */
async function insertRuns(tx: Tx, runs: readonly Run[]): Promise<number> {
  const starts = startsOf(runs, ({ length }) => 32 * length);
  const hashes = joinedBytes(runs.flatMap((run) => run.map(({ sha256 }) => sha256)));
  const found = await tx.execute<{ kept: number }>(sql`
    with kept as (
      insert into gateway_runs
        (tenant_id, gateway_id, boot, from_seq, to_seq, inbox_from, kid, inbox_ids, received_ats, sha256s)
      select tenant_id, gateway_id, boot, seq, seq + size - 1, inbox_from, kid, inbox_ids::bigint[],
        received_ats::bigint[], substring(${hashes} from start for 32 * size)
      from ${givenRows(runs, {
        tenant_id: ["text", ([first]) => first.tenantId],
        gateway_id: ["text", ([first]) => first.gatewayId],
        boot: ["bigint", ([first]) => first.boot],
        seq: ["bigint", ([first]) => first.seq],
        size: ["int", ({ length }) => length],
        kid: ["text", ([first]) => first.kid],
        inbox_from: ["bigint", (run) => Math.min(...run.map(({ inboxId }) => inboxId))],
        inbox_ids: ["text", (run) => `{${run.map(({ inboxId }) => inboxId).join(",")}}`],
        received_ats: ["text", (run) => `{${run.map(({ receivedAt }) => receivedAt).join(",")}}`],
        start: ["int", (_, at) => starts[at] as number],
      })} as run
      where coalesce((
        select r.to_seq < run.seq from gateway_runs as r
        where r.tenant_id = run.tenant_id and r.gateway_id = run.gateway_id and r.boot = run.boot
          and r.from_seq < run.seq + run.size
        order by r.from_seq desc limit 1), true)
      returning 1)
    select count(*)::int as kept from kept`);
  return found.rows[0]?.kept ?? 0;
}

/** The messages that used these sequence numbers first. */
export async function findTracked(tx: Tx, keys: readonly SequenceKey[]): Promise<TrackedMessage[]> {
  if (keys.length === 0) return [];
  const found = await tx.execute<TrackedRow>(sql`
    select ${trackedColumns} from unnest(${keyLists(keys)}) as asked (tenant_id, gateway_id, boot, seq) ${runOfAsked}`);
  return found.rows;
}

/**
 * Which of these messages (by inbox id) carry a sequence number that another message used first. Whole runs are read: looking up
 * each number by itself takes PostgreSQL ten times as long.
 */
export async function usedByOthers(
  tx: Tx,
  messages: readonly (SequenceKey & Pick<TrackedMessage, "inboxId">)[],
): Promise<Set<number>> {
  const spans = listsOf(spansOf(messages));
  const found = await tx.execute<
    BootKey & { fromSeq: number; inboxIds: number[] } & Record<string, unknown>
  >(sql`
    select run.tenant_id as "tenantId", run.gateway_id as "gatewayId", run.boot, run.from_seq as "fromSeq",
      to_json(run.inbox_ids) as "inboxIds"
    from unnest(${spans("text", (s) => s.tenantId)}, ${spans("text", (s) => s.gatewayId)}, ${spans("bigint", (s) => s.boot)},
      ${spans("bigint", (s) => s.seq)}, ${spans("bigint", (s) => s.last)}) as span (tenant_id, gateway_id, boot, first, last)
    cross join lateral (
      select * from gateway_runs as r
      where r.tenant_id = span.tenant_id and r.gateway_id = span.gateway_id and r.boot = span.boot
        and r.from_seq > span.first - ${messagesPerRun} and r.from_seq <= span.last offset 0) as run`);
  const usedBy = new Map<string, Map<number, number>>();
  for (const { inboxIds, fromSeq, ...boot } of found.rows) {
    const ids = usedBy.get(bootText(boot)) ?? new Map<number, number>();
    for (const [at, id] of inboxIds.entries()) ids.set(fromSeq + at, id);
    usedBy.set(bootText(boot), ids);
  }
  const isAnothers = (message: (typeof messages)[number]) =>
    (usedBy.get(bootText(message))?.get(message.seq) ?? message.inboxId) !== message.inboxId;
  return new Set(messages.filter(isAnothers).map(({ inboxId }) => inboxId));
}

function bootText({ tenantId, gatewayId, boot }: BootKey): string {
  return `${tenantId}/${gatewayId}/${boot}`;
}

/** Numbers of one boot, from `seq` to `last`, none of which is far from the next. */
type SequenceSpan = SequenceKey & { last: number };

function spansOf(keys: readonly SequenceKey[]): SequenceSpan[] {
  return [...Map.groupBy(keys, bootText).values()].flatMap((group) => {
    const spans: SequenceSpan[] = [];
    for (const key of group.toSorted((a, b) => a.seq - b.seq)) {
      const span = spans.at(-1);
      if (span !== undefined && key.seq - span.last <= messagesPerRun) span.last = key.seq;
      else spans.push({ ...key, last: key.seq });
    }
    return spans;
  });
}

/** Hashes of the messages of one boot with `after` < seq ≤ `upTo`, in order of seq, at most `limit`. */
export async function messageHashes(
  tx: Tx,
  { tenantId, gatewayId, boot }: BootKey,
  { after, upTo, limit }: { after: number; upTo: number; limit: number },
): Promise<{ seq: number; sha256: Uint8Array }[]> {
  return tx
    .select({ seq: gatewayMessages.seq, sha256: gatewayMessages.sha256 })
    .from(gatewayMessages)
    .where(
      and(
        eq(gatewayMessages.tenantId, tenantId),
        eq(gatewayMessages.gatewayId, gatewayId),
        eq(gatewayMessages.boot, boot),
        gt(gatewayMessages.fromSeq, after - messagesPerRun),
        lte(gatewayMessages.fromSeq, upTo),
        gt(gatewayMessages.seq, after),
        lte(gatewayMessages.seq, upTo),
      ),
    )
    .orderBy(gatewayMessages.fromSeq, gatewayMessages.seq) // as the key has them: it is read no further than to the limit
    .limit(limit);
}

/** The runs of one boot that end after a number, in order, at most `limit`. */
export async function runsAfter(
  tx: Tx,
  { tenantId, gatewayId, boot }: BootKey,
  { after, limit }: { after: number; limit: number },
): Promise<[from: number, to: number][]> {
  const rows = await tx
    .select({ fromSeq: gatewayRuns.fromSeq, toSeq: gatewayRuns.toSeq })
    .from(gatewayRuns)
    .where(
      and(
        eq(gatewayRuns.tenantId, tenantId),
        eq(gatewayRuns.gatewayId, gatewayId),
        eq(gatewayRuns.boot, boot),
        gt(gatewayRuns.fromSeq, after - messagesPerRun),
        gt(gatewayRuns.toSeq, after),
      ),
    )
    .orderBy(gatewayRuns.fromSeq)
    .limit(limit);
  return rows.map(({ fromSeq, toSeq }) => [fromSeq, toSeq]);
}

function keyLists(keys: readonly SequenceKey[]): SQL {
  const list = listsOf(keys);
  return sql`${list("text", (k) => k.tenantId)}, ${list("text", (k) => k.gatewayId)},
    ${list("bigint", (k) => k.boot)}, ${list("bigint", (k) => k.seq)}`;
}

/** Runs don't overlap: only the one that begins last at or before a seq can hold it. */
const runOfAsked = sql`
  cross join lateral (
    select * from gateway_runs as r
    where r.tenant_id = asked.tenant_id and r.gateway_id = asked.gateway_id and r.boot = asked.boot
      and r.from_seq <= asked.seq
    order by r.from_seq desc limit 1) as run
  cross join lateral (select least(asked.seq - run.from_seq, ${messagesPerRun})::int as at) as place
  where run.to_seq >= asked.seq`;

/** Of `run`, the message that is `at` from its first, as a `TrackedRow`. */
export const trackedColumns: SQL = sql`run.tenant_id as "tenantId", run.gateway_id as "gatewayId", run.boot,
  run.from_seq + at as seq, run.inbox_ids[at + 1] as "inboxId", substring(run.sha256s from 32 * at + 1 for 32) as sha256,
  run.kid, run.received_ats[at + 1] as "receivedAt"`;
