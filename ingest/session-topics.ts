import type { Store } from "#store/connect.ts";
import { listGatewayIds } from "#store/gateway-registry.ts";
import type { SessionLane } from "./collector-door.ts";
import type { Subscriptions, TopicFilter } from "./keep-subscribed.ts";
import { shardOf } from "./shard-of.ts";
import type { TopicRoutes } from "./topic-routes.ts";

/** What was retained before we came tells of now for a status only; of readings we want to see that they are retained. */
const readings = { rh: 2, rap: true } as const;
/** Devices of registered sources may retain and can't be told not to: of them only a replay counts as retained. */
const foreignReadings = { rh: 2, rap: false } as const;

/** The topics of each lane's session. */
const lanes: Readonly<Record<SessionLane, readonly (Omit<TopicFilter, "topic"> & { name: string })[]>> = {
  live: [
    { name: "data", ...readings },
    { name: "status", rh: 0, rap: false },
  ],
  hist: [{ name: "hist", ...readings }],
};

/**
 * What the session of a shard hears. One shard hears all gateways, registered or not. Of several each hears its own
 * gateways by name, because a filter can't tell shards apart; then a gateway is heard once it is registered. The topics of
 * registered sources are all heard by shard 0.
 */
export async function sessionTopics(
  { store, routes }: { readonly store: Store; readonly routes: Pick<TopicRoutes, "filters"> },
  shards: number,
  shard: number,
  lane: SessionLane,
): Promise<Subscriptions> {
  const everybody = filtersOf("+", lane);
  const foreign = shard === 0 && lane === "live" ? routes.filters() : [];
  const ofSources = foreign.map((topic): TopicFilter => ({ topic, ...foreignReadings }));
  if (shards === 1) return { wanted: [...everybody, ...ofSources], unwanted: [] };
  const ids = await store.as({ role: "worker" }, listGatewayIds);
  const own = ids.filter((id) => shardOf(id, shards) === shard);
  const others = ids.filter((id) => shardOf(id, shards) !== shard);
  return {
    wanted: [...own.flatMap((id) => filtersOf(id, lane)), ...ofSources],
    unwanted: [...everybody, ...others.flatMap((id) => filtersOf(id, lane))].map(({ topic }) => topic),
  };
}

function filtersOf(gateway: string, lane: SessionLane): TopicFilter[] {
  return lanes[lane].map(({ name, ...how }) => ({ topic: `coldmark/v1/${gateway}/${name}`, ...how }));
}
