import type { Tx } from "#store/connect.ts";
import { readGateways } from "#store/equipment-view.ts";
import { readSerials } from "#store/maker-devices.ts";
import type { SeenGateway } from "./tell-gateway.ts";

/** What is known of an organisation's gateways with these ids beside the register: serial, last heard of, clock. */
export async function seeGateways(
  tx: Tx,
  tenant: string,
  ids: readonly string[],
): Promise<(id: string) => SeenGateway> {
  const serials = await readSerials(tx, tenant, ids);
  const views = new Map((await readGateways(tx, tenant, ids)).map((view) => [view.id, view]));
  return (id) => {
    const { lastReceivedAt = null, skewMs = null } = views.get(id) ?? {};
    return { serial: serials.get(id) ?? null, lastReceivedAt, skewMs };
  };
}
