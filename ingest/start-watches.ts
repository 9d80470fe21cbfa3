import type { Beat } from "#services/every.ts";
import type { Broker } from "./broker.ts";
import { type GapWatchParts, startGapWatch } from "./watch-gaps.ts";
import { startPutOutWatch } from "./watch-put-out.ts";
import { startRevokedWatch } from "./watch-revoked.ts";

/** What both watches work with. */
interface WatchParts extends Omit<GapWatchParts, "publish"> {
  readonly broker: Broker;
  readonly isOwnUser: (name: string) => boolean;
}

/** Starts what looks at gateways from time to time: missing messages, and sessions of revoked ones. */
export function startWatches(parts: WatchParts): Beat {
  const { broker, store, clock, log, isOwnUser, leads } = parts;
  const { sessions, putOut } = broker;
  const beats = [
    startGapWatch({ ...parts, publish: broker.publish }),
    ...(sessions === null ? [] : [startRevokedWatch({ store, sessions, clock, log })]),
    ...(putOut === null ? [] : [startPutOutWatch({ store, putOut, isOwnUser, leads, clock, log })]),
  ];
  return {
    stop: async () => {
      await Promise.all(beats.map((beat) => beat.stop()));
    },
  };
}
