import { and, count, eq, gt, inArray, isNull, lte, or, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
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
  const column = <T>(pick: (key: SequenceKey) => T) => sql.param(keys.map(pick));
  const wanted = sql`(${gatewayMessages.tenantId}, ${gatewayMessages.gatewayId}, ${gatewayMessages.boot}, ${gatewayMessages.seq})
    in (select * from unnest(${column((k) => k.tenantId)}::text[], ${column((k) => k.gatewayId)}::text[],
      ${column((k) => k.boot)}::bigint[], ${column((k) => k.seq)}::bigint[]))`;
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
  await tx
    .insert(gatewayMessages)
    .values([...messages])
    .onConflictDoNothing();
}

/** Keeps how far each boot got. */
export async function saveProgress(tx: Tx, progress: readonly GatewayProgress[]): Promise<void> {
  if (progress.length === 0) return;
  await tx
    .insert(gatewayProgress)
    .values([...progress])
    .onConflictDoUpdate({
      target: [gatewayProgress.tenantId, gatewayProgress.gatewayId, gatewayProgress.boot],
      set: {
        kid: sql`excluded.kid`,
        upTo: sql`excluded.up_to`,
        also: sql`excluded.also`,
        hash: sql`excluded.hash`,
        lastReceivedAt: sql`excluded.last_received_at`,
      },
    });
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

/** Notes that a receipt over this state of a boot was handed to the broker. */
export async function markReceipted(tx: Tx, progress: GatewayProgress, at: number): Promise<void> {
  await tx
    .update(gatewayProgress)
    .set({ receiptedAt: at })
    .where(
      and(
        eq(gatewayProgress.tenantId, progress.tenantId),
        eq(gatewayProgress.gatewayId, progress.gatewayId),
        eq(gatewayProgress.boot, progress.boot),
      ),
    );
}
