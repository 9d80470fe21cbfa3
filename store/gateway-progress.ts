import { and, count, gt, gte, inArray, isNull, lt, or, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";

import { givenRows } from "./given-rows.ts";
import { joinedBytes, listsOf } from "./list-of.ts";
import { rowsAsJson } from "./rows-as-json.ts";
import { gatewayProgress } from "./schema/gateway-progress.ts";
import type { BootKey } from "./tracked-message.ts";

const dayMs = 86_400_000;

/** What is durable of one boot of a gateway. */
export type GatewayProgress = typeof gatewayProgress.$inferSelect;

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

/**
 * Keeps how far each boot got; when it began and when it was receipted is not touched. Rows are locked in the order of their keys here and in
 * `markReceipted`, or the two would wait for each other until PostgreSQL ends one of them, a second later.
 */
export async function saveProgress(tx: Tx, progress: readonly GatewayProgress[]): Promise<void> {
  if (progress.length === 0) return;
  await tx.execute(sql`
    insert into gateway_progress
      (tenant_id, gateway_id, boot, kid, up_to, also, first_received_at, last_received_at, receipted_at, skew_ms, hash)
    select tenant_id, gateway_id, boot, kid, up_to, also::jsonb, first_received_at, last_received_at, receipted_at, skew_ms,
      substring(${joinedBytes(progress.map((row) => row.hash))} from (32 * (n - 1) + 1)::int for 32)
    from ${givenRows(progress, {
      tenant_id: ["text", (row) => row.tenantId],
      gateway_id: ["text", (row) => row.gatewayId],
      boot: ["bigint", (row) => row.boot],
      kid: ["text", (row) => row.kid],
      up_to: ["bigint", (row) => row.upTo],
      also: ["text", (row) => JSON.stringify(row.also)],
      first_received_at: ["bigint", (row) => row.firstReceivedAt],
      last_received_at: ["bigint", (row) => row.lastReceivedAt],
      receipted_at: ["bigint", (row) => row.receiptedAt],
      skew_ms: ["int", (row) => row.skewMs],
    })} as boot
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

/** The newest boot of a gateway that anything is durable of, and the newest that was receipted. */
export interface NewestBoots {
  readonly gateway: string;
  readonly newest: number;
  readonly receipted: number | null;
}

/** The newest boots of these gateways; those of whom nothing is durable are missing. */
export async function newestBoots(
  tx: Tx,
  gateways: readonly { readonly tenant: string; readonly gateway: string }[],
): Promise<NewestBoots[]> {
  if (gateways.length === 0) return [];
  const list = listsOf(gateways);
  return await rowsAsJson<NewestBoots>(
    tx,
    sql`select g.gateway, newest.boot as newest, receipted.boot as receipted
    from unnest(${list("text", (row) => row.tenant)}, ${list("text", (row) => row.gateway)}) as g (tenant, gateway)
    cross join lateral (select max(boot) as boot from gateway_progress
      where tenant_id = g.tenant and gateway_id = g.gateway) as newest
    cross join lateral (select max(boot) as boot from gateway_progress
      where tenant_id = g.tenant and gateway_id = g.gateway and receipted_at is not null) as receipted
    where newest.boot is not null`,
  );
}

/** How many boots of these gateways began on each of these UTC days (since 1970), keyed `gateway/day`. */
export async function countBootsByDay(
  tx: Tx,
  gateways: readonly string[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<Map<string, number>> {
  const { gatewayId, firstReceivedAt } = gatewayProgress;
  const day = sql<number>`${firstReceivedAt} / ${sql.raw(String(dayMs))}`;
  const rows = await tx
    .select({ gateway: gatewayId, day, boots: count() })
    .from(gatewayProgress)
    .where(
      and(
        inArray(gatewayId, [...gateways]),
        gte(firstReceivedAt, from * dayMs),
        lt(firstReceivedAt, (to + 1) * dayMs),
      ),
    )
    .groupBy(gatewayId, day);
  return new Map(rows.map((row) => [`${row.gateway}/${row.day}`, row.boots]));
}

/** A page of the boots that were heard of since their last receipt, in order of their keys. */
export async function owedReceipts(
  tx: Tx,
  page: { limit: number; after: BootKey | null },
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
  sent: readonly (BootKey & { readonly at: number })[],
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
