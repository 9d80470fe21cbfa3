import { and, isNull, sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";
import { rowsAsJson } from "./rows-as-json.ts";
import { gatewayCommands } from "./schema/gateway-commands.ts";
import type { gateways } from "./schema/gateways.ts";
import { sensors } from "./schema/sensors.ts";
import { sequenceGaps } from "./schema/sequence-gaps.ts";

/** A hole in the sequence numbers of one boot of a gateway, both ends included. */
export type SequenceGap = typeof sequenceGaps.$inferSelect;
/** One boot of one gateway. */
export type BootKey = Pick<SequenceGap, "tenantId" | "gatewayId" | "boot">;

/** A boot in which something is missing, or was: what is durable of it, and what gateway it is of. */
export interface HoledBoot extends BootKey {
  readonly upTo: number;
  readonly also: readonly [from: number, to: number][];
  readonly lastReceivedAt: number;
  readonly kind: (typeof gateways.$inferSelect)["kind"];
  readonly revokedAt: number | null;
}

/** A page of the boots with holes, or with gaps that were open so far, in order of their keys. */
export async function holedBoots(
  tx: Tx,
  { limit, after }: { limit: number; after: BootKey | null },
): Promise<HoledBoot[]> {
  const beyond =
    after === null
      ? sql`true`
      : sql`(tenant_id, gateway_id, boot) > (${after.tenantId}, ${after.gatewayId}, ${after.boot})`;
  return await rowsAsJson<HoledBoot>(
    tx,
    sql`select p.tenant_id as "tenantId", p.gateway_id as "gatewayId", p.boot, p.up_to as "upTo", p.also,
      p.last_received_at as "lastReceivedAt", g.kind, g.revoked_at as "revokedAt"
    from (
      (select tenant_id, gateway_id, boot from gateway_progress where also <> '[]'::jsonb and ${beyond}
        order by tenant_id, gateway_id, boot limit ${limit})
      union
      (select distinct tenant_id, gateway_id, boot from sequence_gaps where filled_at is null and ${beyond}
        order by tenant_id, gateway_id, boot limit ${limit})
    ) k
    join gateway_progress p using (tenant_id, gateway_id, boot)
    join gateways g on g.tenant_id = k.tenant_id and g.id = k.gateway_id
    order by k.tenant_id, k.gateway_id, k.boot limit ${limit}`,
  );
}

/** The open gaps of these boots. */
export async function openGaps(tx: Tx, boots: readonly BootKey[]): Promise<SequenceGap[]> {
  if (boots.length === 0) return [];
  const wanted = sql`(${sequenceGaps.tenantId}, ${sequenceGaps.gatewayId}, ${sequenceGaps.boot})
    in (select * from unnest(${columnOf(boots, (key) => key.tenantId)}::text[],
      ${columnOf(boots, (key) => key.gatewayId)}::text[], ${columnOf(boots, (key) => key.boot)}::bigint[]))`;
  return tx
    .select()
    .from(sequenceGaps)
    .where(and(isNull(sequenceGaps.filledAt), wanted))
    .orderBy(sequenceGaps.tenantId, sequenceGaps.gatewayId, sequenceGaps.boot, sequenceGaps.fromSeq);
}

const rowsAtOnce = 500;

/** Keeps gaps that were found; gives those that nobody else kept meanwhile. */
export async function keepGaps(tx: Tx, gaps: readonly SequenceGap[]): Promise<SequenceGap[]> {
  const kept: SequenceGap[] = [];
  for (let at = 0; at < gaps.length; at += rowsAtOnce) {
    const rows = gaps.slice(at, at + rowsAtOnce);
    kept.push(...(await tx.insert(sequenceGaps).values(rows).onConflictDoNothing().returning()));
  }
  return kept;
}

/**
 * Closes gaps that are filled; gives those that nobody else closed meanwhile. Their gateways listen: the back-off of their
 * commands begins anew.
 */
export async function fillGaps(tx: Tx, gaps: readonly SequenceGap[], at: number): Promise<SequenceGap[]> {
  if (gaps.length === 0) return [];
  const closed = await tx
    .update(sequenceGaps)
    .set({ filledAt: at })
    .where(
      and(
        isNull(sequenceGaps.filledAt),
        sql`(${sequenceGaps.tenantId}, ${sequenceGaps.gatewayId}, ${sequenceGaps.boot}, ${sequenceGaps.fromSeq})
          in (select * from unnest(${columnOf(gaps, (gap) => gap.tenantId)}::text[],
            ${columnOf(gaps, (gap) => gap.gatewayId)}::text[], ${columnOf(gaps, (gap) => gap.boot)}::bigint[],
            ${columnOf(gaps, (gap) => gap.fromSeq)}::bigint[]))`,
      ),
    )
    .returning();
  await tx
    .update(gatewayCommands)
    .set({ unheard: 0 })
    .where(
      sql`(${gatewayCommands.tenantId}, ${gatewayCommands.gatewayId})
        in (select * from unnest(${columnOf(closed, (gap) => gap.tenantId)}::text[],
          ${columnOf(closed, (gap) => gap.gatewayId)}::text[]))`,
    );
  return closed;
}

function columnOf<Row, T>(rows: readonly Row[], pick: (row: Row) => T) {
  return sql.param(rows.map(pick));
}

/** The open gaps of these gateways of an organisation, newest first, for the equipment that hangs on them. */
export async function listOpenGaps(
  tx: Tx,
  tenant: string,
  gatewayIds: readonly string[],
  limit: number,
): Promise<Pick<SequenceGap, "gatewayId" | "boot" | "fromSeq" | "toSeq" | "foundAt">[]> {
  return await rowsAsJson(
    tx,
    sql`select gateway_id as "gatewayId", boot, from_seq as "fromSeq", to_seq as "toSeq", found_at as "foundAt"
    from sequence_gaps where tenant_id = ${tenant} and gateway_id = any(${sql.param([...gatewayIds])}::text[])
      and filled_at is null
    order by found_at desc, gateway_id, boot, from_seq limit ${limit}`,
  );
}

/** The equipment whose sensors hang on these gateways now, by `tenant/gateway`. */
export async function equipmentBehind(tx: Tx, boots: readonly BootKey[]): Promise<Map<string, string[]>> {
  if (boots.length === 0) return new Map();
  const ids = sql.param([...new Set(boots.map(({ gatewayId }) => gatewayId))]);
  const rows = await tx
    .selectDistinct({
      tenantId: sensors.tenantId,
      gatewayId: sensors.gatewayId,
      equipmentId: sql<string>`${sensors.equipmentId}`,
    })
    .from(sensors)
    .where(sql`${sensors.gatewayId} = any(${ids}::text[]) and ${sensors.equipmentId} is not null`);
  const byGateway = Map.groupBy(rows, ({ tenantId, gatewayId }) => `${tenantId}/${gatewayId}`);
  return new Map([...byGateway].map(([key, own]) => [key, own.map(({ equipmentId }) => equipmentId).sort()]));
}
