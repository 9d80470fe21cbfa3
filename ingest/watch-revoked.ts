import type { Logger } from "pino";
import { type Beat, every } from "#services/every.ts";
import type { Store } from "#store/connect.ts";
import { revokedAmong } from "#store/gateway-registry.ts";
import type { Sessions } from "./embedded-door.ts";

/** What the watch over revoked gateways works with. */
interface RevokedWatchParts {
  readonly store: Store;
  readonly sessions: Sessions;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
}

const beatMs = 2_000;

/** Ends the sessions of gateways that were revoked, seconds after it (reliability.md §2.1 M19); they can't come back. */
export function startRevokedWatch({ store, sessions, clock, log }: RevokedWatchParts): Beat {
  return every(beatMs, async () => {
    const ids = sessions.gateways();
    if (ids.length === 0) return;
    try {
      const revoked = await store.as({ role: "worker" }, (tx) => revokedAmong(tx, ids, clock()));
      for (const gateway of revoked) {
        sessions.end(gateway);
        log.info({ gateway }, "ended the session of a revoked gateway");
      }
    } catch (error) {
      log.warn({ err: error }, "revoked gateways can't be looked for now");
    }
  });
}
