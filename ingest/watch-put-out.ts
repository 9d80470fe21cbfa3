import type { Logger } from "pino";
import { type Beat, every } from "#services/every.ts";
import type { Store } from "#store/connect.ts";
import { revokedGateways } from "#store/gateway-registry.ts";
import type { Broker } from "./broker.ts";

/** What the watch works with. */
interface PutOutParts {
  readonly store: Store;
  readonly putOut: NonNullable<Broker["putOut"]>;
  /** Whether a user of this name at the broker is one of ours. */
  readonly isOwnUser: (name: string) => boolean;
  /** Whether this process reads the inbox on: one of all tells the broker. */
  readonly leads: () => boolean;
  /** Epoch ms. */
  readonly clock: () => number;
  readonly log: Logger;
}

const beatMs = 2_000;

/**
 * Has an outside broker end the sessions of gateways that were revoked, seconds after it (reliability.md §2.1 M19). Who is
 * connected there we don't know, so every process that begins to lead tells it of all of them once, and then of each new one.
 */
export function startPutOutWatch({ store, putOut, isOwnUser, leads, clock, log }: PutOutParts): Beat {
  const told = new Set<string>();
  return every(beatMs, async () => {
    if (!leads()) return;
    try {
      const revoked = await store.as({ role: "worker" }, (tx) => revokedGateways(tx, clock()));
      const fresh = revoked.filter((gateway) => !told.has(gateway) && !isOwnUser(gateway));
      if (fresh.length === 0) return;
      for (const gateway of await putOut(fresh))
        log.info({ gateway }, "the broker keeps a revoked gateway out");
      for (const gateway of fresh) told.add(gateway);
    } catch (error) {
      log.warn({ err: error }, "the broker can't be told now which gateways were revoked");
    }
  });
}
