import type { Store } from "#store/connect.ts";
import { type GatewayFacts, loadGateways } from "#store/gateway-registry.ts";
import { registerVersion } from "#store/register-version.ts";

/** What the register says of gateways now, by their ids; unknown ones are missing. */
export interface GatewayBook {
  /** `version` is the register's as far as the asker knows it already, else it is looked up. */
  read(ids: Iterable<string>, version?: string): Promise<ReadonlyMap<string, GatewayFacts>>;
}

/** However sure we are that nothing changed. */
const oldestMs = 10_000;
const gatewaysMax = 50_000;

/**
 * Remembers gateways as long as nothing changed in the register: one small question instead of four large ones. What was
 * given out is never emptied, because tracker and projector read side by side and pause in the middle of a batch.
 */
export function openGatewayBook(store: Store): GatewayBook {
  let known = new Map<string, GatewayFacts>();
  let version = "";
  let since = 0;
  return {
    read: async (ids, told) => {
      const wanted = new Set(ids);
      const isKnown = () => [...wanted].every((id) => known.has(id));
      if (told === version && performance.now() - since < oldestMs && isKnown()) return known;
      return store.as({ role: "worker" }, async (tx) => {
        const current = await registerVersion(tx);
        const now = performance.now();
        if (current !== version || now - since > oldestMs || known.size > gatewaysMax) {
          known = new Map();
          [version, since] = [current, now];
        }
        const own = known;
        const missing = [...wanted].filter((id) => !own.has(id));
        for (const [id, facts] of await loadGateways(tx, missing)) own.set(id, facts);
        return own;
      });
    },
  };
}
