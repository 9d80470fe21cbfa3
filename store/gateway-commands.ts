import { sql } from "drizzle-orm";
import type { Tx } from "./connect.ts";

/** Doublings of the pause between commands that have no effect. */
const doublingsMax = 8;

/**
 * The counter of the next command to a gateway, kept before it is sent; null while the last one is too recent: `pauseMs`
 * ago at least, twice as long after each command that had no effect.
 */
export async function nextCommand(
  tx: Tx,
  gateway: { readonly tenantId: string; readonly gatewayId: string },
  { now, pauseMs }: { now: number; pauseMs: number },
): Promise<number | null> {
  const { tenantId, gatewayId } = gateway;
  const { rows } = await tx.execute<{ counter: number | string }>(sql`
    insert into gateway_commands as c (tenant_id, gateway_id, counter, sent_at, unheard)
    values (${tenantId}, ${gatewayId}, 1, ${now}, 1)
    on conflict (tenant_id, gateway_id) do update
      set counter = c.counter + 1, sent_at = excluded.sent_at, unheard = c.unheard + 1
      where c.sent_at <= ${now}::bigint
        - ${pauseMs}::bigint * (1 << least(greatest(c.unheard - 1, 0), ${doublingsMax}::int))
    returning counter`);
  return rows[0] === undefined ? null : Number(rows[0].counter);
}
