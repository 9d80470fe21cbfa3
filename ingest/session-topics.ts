import type { Store } from "#store/connect.ts";
import { listGatewayIds } from "#store/gateway-registry.ts";
import type { SessionLane } from "./collector-door.ts";
import type { Subscriptions, TopicFilter } from "./collector-session.ts";
import { shardOf } from "./shard-of.ts";

/** The topics of each lane's session; what was retained before we came tells of now for a status only. */
const lanes: Readonly<Record<SessionLane, readonly { readonly name: string; readonly rh: 0 | 2 }[]>> = {
  live: [
    { name: "data", rh: 2 },
    { name: "status", rh: 0 },
  ],
  hist: [{ name: "hist", rh: 2 }],
};

/**
 * What the session of a shard hears. One shard hears all gateways, registered or not. Of several each hears its own
 * gateways by name, because a filter can't tell shards apart; then a gateway is heard once it is registered.
 */
export async function sessionTopics(
  store: Store,
  shards: number,
  shard: number,
  lane: SessionLane,
): Promise<Subscriptions> {
  const everybody = filtersOf("+", lane);
  if (shards === 1) return { wanted: everybody, unwanted: [] };
  const ids = await store.as({ role: "worker" }, listGatewayIds);
  const own = ids.filter((id) => shardOf(id, shards) === shard);
  const others = ids.filter((id) => shardOf(id, shards) !== shard);
  return {
    wanted: own.flatMap((id) => filtersOf(id, lane)),
    unwanted: [...everybody, ...others.flatMap((id) => filtersOf(id, lane))].map(({ topic }) => topic),
  };
}

function filtersOf(gateway: string, lane: SessionLane): TopicFilter[] {
  return lanes[lane].map(({ name, rh }) => ({ topic: `coldmark/v1/${gateway}/${name}`, rh }));
}
