import type { Beat } from "#services/every.ts";
import type { Broker } from "./broker.ts";
import { type GapWatchParts, startGapWatch } from "./watch-gaps.ts";
import { startRevokedWatch } from "./watch-revoked.ts";

/** What both watches work with. */
interface WatchParts extends Omit<GapWatchParts, "publish"> {
  readonly broker: Broker;
}

/** Starts what looks at gateways from time to time: missing messages, and sessions of revoked ones at the broker inside. */
export function startWatches(parts: WatchParts): Beat {
  const { broker, store, clock, log } = parts;
  const { sessions } = broker;
  const beats = [
    startGapWatch({ ...parts, publish: broker.publish }),
    ...(sessions === null ? [] : [startRevokedWatch({ store, sessions, clock, log })]),
  ];
  return {
    stop: async () => {
      await Promise.all(beats.map((beat) => beat.stop()));
    },
  };
}
