import { and, eq, inArray, isNotNull, lte, or, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { gateways } from "./schema/gateways.ts";
import { sparkplugBirths } from "./schema/sparkplug-births.ts";
import { sparkplugNodes } from "./schema/sparkplug-nodes.ts";

/** A birth of a node (`device` empty) or device. */
export type SparkplugBirth = typeof sparkplugBirths.$inferSelect;
/** How an edge node stands. */
export type SparkplugNode = typeof sparkplugNodes.$inferSelect;

/** A data message whose aliases are to be read. */
export interface AliasQuestion {
  readonly inboxId: number;
  readonly tenant: string;
  readonly gateway: string;
  readonly device: string;
}

/** How these gateways' nodes stand; those of whom nothing was heard are missing. */
export async function readNodes(tx: Tx, gatewayIds: readonly string[]): Promise<SparkplugNode[]> {
  if (gatewayIds.length === 0) return [];
  return tx
    .select()
    .from(sparkplugNodes)
    .where(inArray(sparkplugNodes.gatewayId, [...gatewayIds]));
}

/** Keeps how nodes stand now. */
export async function saveNodes(tx: Tx, nodes: readonly SparkplugNode[]): Promise<void> {
  for (const node of nodes) {
    await tx
      .insert(sparkplugNodes)
      .values(node)
      .onConflictDoUpdate({ target: [sparkplugNodes.tenantId, sparkplugNodes.gatewayId], set: node });
  }
}

/** Keeps births; one that is kept already stays. */
export async function saveBirths(tx: Tx, births: readonly SparkplugBirth[]): Promise<void> {
  if (births.length > 0)
    await tx
      .insert(sparkplugBirths)
      .values([...births])
      .onConflictDoNothing();
}

/**
 * The birth that each message's aliases are read by: the newest of its node or device before it; a device's counts only if
 * its node was not born again since. By the message's inbox id; those without one are missing.
 */
export async function birthsBefore(
  tx: Tx,
  questions: readonly AliasQuestion[],
): Promise<Map<number, SparkplugBirth>> {
  if (questions.length === 0) return new Map();
  const column = (pick: (question: AliasQuestion) => unknown) => sql.param(questions.map(pick));
  const found = await tx.execute<{ message: number; birth: number }>(sql`
    select q.id as message, b.inbox_id as birth
    from unnest(${column((q) => q.inboxId)}::bigint[], ${column((q) => q.tenant)}::text[],
      ${column((q) => q.gateway)}::text[], ${column((q) => q.device)}::text[]) as q(id, tenant, gateway, device)
    cross join lateral (
      select max(inbox_id) as inbox_id from sparkplug_births
      where tenant_id = q.tenant and gateway_id = q.gateway and device = q.device and inbox_id < q.id) as b
    cross join lateral (
      select max(inbox_id) as inbox_id from sparkplug_births
      where tenant_id = q.tenant and gateway_id = q.gateway and device = '' and inbox_id < q.id) as n
    where b.inbox_id >= n.inbox_id`);
  const ids = new Map(found.rows.map((row) => [Number(row.message), Number(row.birth)]));
  if (ids.size === 0) return new Map();
  const births = await tx
    .select()
    .from(sparkplugBirths)
    .where(inArray(sparkplugBirths.inboxId, [...new Set(ids.values())]));
  const byId = new Map(births.map((birth) => [birth.inboxId, birth]));
  return new Map(
    [...ids].flatMap(([message, id]) => (byId.has(id) ? [[message, byId.get(id) as SparkplugBirth]] : [])),
  );
}

/**
 * Nodes that are to be asked for a rebirth now: one is wanted, or a hole in their `seq` lasts longer than `reorderMs`, and
 * they were not asked within their pause. Notes that they are asked, and not again before `askAfter`.
 */
export async function takeDueRebirths(
  tx: Tx,
  { now, reorderMs, askAfter }: { now: number; reorderMs: number; askAfter: () => number },
) {
  const { askAfter: pause, rebirthWanted, holeSince } = sparkplugNodes;
  const due = await tx
    .select({ node: sparkplugNodes, source: gateways.source })
    .from(sparkplugNodes)
    .innerJoin(
      gateways,
      and(eq(gateways.tenantId, sparkplugNodes.tenantId), eq(gateways.id, sparkplugNodes.gatewayId)),
    )
    .where(and(lte(pause, now), or(isNotNull(rebirthWanted), lte(holeSince, now - reorderMs))));
  await saveNodes(
    tx,
    due.map(({ node }) => ({ ...node, askAfter: askAfter() })),
  );
  return due;
}
