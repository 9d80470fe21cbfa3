import { and, count, eq, gt, inArray, isNull, lte, or, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { joinedBytes, listsOf } from "./list-of.ts";
import { rowsAsJson } from "./rows-as-json.ts";
import { gatewayMessages } from "./schema/gateway-messages.ts";
import { gatewayProgress } from "./schema/gateway-progress.ts";

/** What is durable of one boot of a gateway. */
export type GatewayProgress = typeof gatewayProgress.$inferSelect;
/** The message that used a sequence number first. */
export type TrackedMessage = typeof gatewayMessages.$inferSelect;
/** One sequence number of one boot of one gateway. */
export type SequenceKey = Pick<TrackedMessage, "tenantId" | "gatewayId" | "boot" | "seq">;

/** How far these boots of these gateways got. */
export async function readProgress(
  tx: Tx,
  gateways: readonly string[],
  boots: readonly number[],
): Promise<GatewayProgress[]> {
  if (gateways.length === 0) return [];
  return tx
    .select()
    .from(gatewayProgress)
    .where(and(inArray(gatewayProgress.gatewayId, [...gateways]), inArray(gatewayProgress.boot, [...boots])));
}

/** The messages that used these sequence numbers first. */
export async function findTracked(tx: Tx, keys: readonly SequenceKey[]): Promise<TrackedMessage[]> {
  if (keys.length === 0) return [];
  const list = listsOf(keys);
  const wanted = sql`(${gatewayMessages.tenantId}, ${gatewayMessages.gatewayId}, ${gatewayMessages.boot}, ${gatewayMessages.seq})
    in (select * from unnest(${list("text", (k) => k.tenantId)}, ${list("text", (k) => k.gatewayId)},
      ${list("bigint", (k) => k.boot)}, ${list("bigint", (k) => k.seq)}))`;
  return tx.select().from(gatewayMessages).where(wanted);
}

/** Hashes of the messages of one boot with `after` < seq ≤ `upTo`, in order of seq, at most `limit`. */
export async function messageHashes(
  tx: Tx,
  boot: Pick<SequenceKey, "tenantId" | "gatewayId" | "boot">,
  range: { after: number; upTo: number; limit: number },
): Promise<{ seq: number; sha256: Uint8Array }[]> {
  return tx
    .select({ seq: gatewayMessages.seq, sha256: gatewayMessages.sha256 })
    .from(gatewayMessages)
    .where(
      and(
        eq(gatewayMessages.tenantId, boot.tenantId),
        eq(gatewayMessages.gatewayId, boot.gatewayId),
        eq(gatewayMessages.boot, boot.boot),
        gt(gatewayMessages.seq, range.after),
        lte(gatewayMessages.seq, range.upTo),
      ),
    )
    .orderBy(gatewayMessages.seq)
    .limit(range.limit);
}

/** Notes which message used each sequence number; the first one stays for ever. */
export async function trackMessages(tx: Tx, messages: readonly TrackedMessage[]): Promise<void> {
  if (messages.length === 0) return;
  const list = listsOf(messages);
  await tx.execute(sql`
    insert into gateway_messages (tenant_id, gateway_id, boot, seq, inbox_id, kid, received_at, sha256)
    select tenant_id, gateway_id, boot, seq, inbox_id, kid, received_at,
      substring(${joinedBytes(messages.map((m) => m.sha256))} from (32 * (n - 1) + 1)::int for 32)
    from unnest(
      ${list("text", (m) => m.tenantId)}, ${list("text", (m) => m.gatewayId)},
      ${list("bigint", (m) => m.boot)}, ${list("bigint", (m) => m.seq)},
      ${list("bigint", (m) => m.inboxId)}, ${list("text", (m) => m.kid)},
      ${list("bigint", (m) => m.receivedAt)})
    with ordinality as message (tenant_id, gateway_id, boot, seq, inbox_id, kid, received_at, n)
    on conflict do nothing`);
}

/**
 * Keeps how far each boot got; when it was receipted is not touched. Rows are locked in the order of their keys here and in
 * `markReceipted`, or the two would wait for each other until PostgreSQL ends one of them, a second later.
 */
export async function saveProgress(tx: Tx, progress: readonly GatewayProgress[]): Promise<void> {
  if (progress.length === 0) return;
  const list = listsOf(progress);
  await tx.execute(sql`
    insert into gateway_progress
      (tenant_id, gateway_id, boot, kid, up_to, also, last_received_at, receipted_at, skew_ms, hash)
    select tenant_id, gateway_id, boot, kid, up_to, also::jsonb, last_received_at, receipted_at, skew_ms,
      substring(${joinedBytes(progress.map((row) => row.hash))} from (32 * (n - 1) + 1)::int for 32)
    from unnest(
      ${list("text", (row) => row.tenantId)}, ${list("text", (row) => row.gatewayId)},
      ${list("bigint", (row) => row.boot)}, ${list("text", (row) => row.kid)},
      ${list("bigint", (row) => row.upTo)}, ${list("text", (row) => JSON.stringify(row.also))},
      ${list("bigint", (row) => row.lastReceivedAt)}, ${list("bigint", (row) => row.receiptedAt)},
      ${list("int", (row) => row.skewMs)})
    with ordinality
      as boot (tenant_id, gateway_id, boot, kid, up_to, also, last_received_at, receipted_at, skew_ms, n)
    order by tenant_id, gateway_id, boot
    on conflict (tenant_id, gateway_id, boot) do update set kid = excluded.kid, up_to = excluded.up_to,
      also = excluded.also, hash = excluded.hash, last_received_at = excluded.last_received_at,
      skew_ms = excluded.skew_ms`);
}

/** How far a gateway's clock is behind ours, by its newest boot that told; negative ahead. */
export interface GatewaySkew {
  readonly gateway: string;
  readonly skewMs: number;
}

/** The gateways heard of since `heardSince` (epoch ms) whose clocks are furthest off ours, at most `limit`. */
export async function furthestSkews(
  tx: Tx,
  { heardSince, limit }: { heardSince: number; limit: number },
): Promise<GatewaySkew[]> {
  return await rowsAsJson<GatewaySkew>(
    tx,
    sql`select gateway, "skewMs" from (
      select distinct on (gateway_id) gateway_id as gateway, skew_ms as "skewMs" from gateway_progress
      where skew_ms is not null and last_received_at >= ${heardSince}
      order by gateway_id, last_received_at desc, boot desc
    ) newest order by abs("skewMs"::bigint) desc, gateway limit ${limit}`,
  );
}

/** How many boots of these gateways are known, by gateway id (which is one tenant's only). */
export async function countBoots(tx: Tx, gateways: readonly string[]): Promise<Map<string, number>> {
  if (gateways.length === 0) return new Map();
  const rows = await tx
    .select({ gateway: gatewayProgress.gatewayId, boots: count() })
    .from(gatewayProgress)
    .where(inArray(gatewayProgress.gatewayId, [...gateways]))
    .groupBy(gatewayProgress.gatewayId);
  return new Map(rows.map(({ gateway, boots }) => [gateway, boots]));
}

/** A page of the boots that were heard of since their last receipt, in order of their keys. */
export async function owedReceipts(
  tx: Tx,
  page: { limit: number; after: Pick<SequenceKey, "tenantId" | "gatewayId" | "boot"> | null },
): Promise<GatewayProgress[]> {
  const { tenantId, gatewayId, boot, receiptedAt, lastReceivedAt } = gatewayProgress;
  const { after, limit } = page;
  return tx
    .select()
    .from(gatewayProgress)
    .where(
      and(
        or(isNull(receiptedAt), gt(lastReceivedAt, receiptedAt)),
        after === null
          ? undefined
          : sql`(${tenantId}, ${gatewayId}, ${boot}) > (${after.tenantId}, ${after.gatewayId}, ${after.boot})`,
      ),
    )
    .orderBy(tenantId, gatewayId, boot)
    .limit(limit);
}

/** Notes that receipts over these boots were handed to the broker, each at its time. */
export async function markReceipted(
  tx: Tx,
  sent: readonly (Pick<SequenceKey, "tenantId" | "gatewayId" | "boot"> & { readonly at: number })[],
): Promise<void> {
  if (sent.length === 0) return;
  const list = listsOf(sent);
  await tx.execute(sql`
    with locked as (
      select known.tenant_id, known.gateway_id, known.boot, sent.at
      from unnest(${list("text", (row) => row.tenantId)}, ${list("text", (row) => row.gatewayId)},
        ${list("bigint", (row) => row.boot)}, ${list("bigint", (row) => row.at)})
        as sent (tenant_id, gateway_id, boot, at)
      join gateway_progress known using (tenant_id, gateway_id, boot)
      order by known.tenant_id, known.gateway_id, known.boot
      for no key update of known)
    update gateway_progress as known set receipted_at = locked.at from locked
    where known.tenant_id = locked.tenant_id and known.gateway_id = locked.gateway_id and known.boot = locked.boot`);
}

/** Which of these messages (by inbox id) carry a sequence number that another message used first. */
export async function usedByOthers(
  tx: Tx,
  messages: readonly (SequenceKey & Pick<TrackedMessage, "inboxId">)[],
): Promise<Set<number>> {
  if (messages.length === 0) return new Set();
  const list = listsOf(messages);
  const found = await tx.execute<{ id: number }>(sql`
    select m.id from unnest(${list("text", (k) => k.tenantId)}, ${list("text", (k) => k.gatewayId)},
      ${list("bigint", (k) => k.boot)}, ${list("bigint", (k) => k.seq)}, ${list("bigint", (k) => k.inboxId)})
      as m (tenant_id, gateway_id, boot, seq, id)
    join gateway_messages g on g.tenant_id = m.tenant_id and g.gateway_id = m.gateway_id
      and g.boot = m.boot and g.seq = m.seq
    where g.inbox_id <> m.id`);
  return new Set(found.rows.map(({ id }) => Number(id)));
}
