import type { Store } from "#store/connect.ts";
import { type GatewayFacts, loadGateways } from "#store/gateway-registry.ts";
import { registerVersion } from "#store/register-version.ts";

/** What the register says of gateways now, by their ids; unknown ones are missing. */
export interface GatewayBook {
  read(ids: Iterable<string>): Promise<ReadonlyMap<string, GatewayFacts>>;
}

/** However sure we are that nothing changed. */
const oldestMs = 10_000;
const gatewaysMax = 50_000;

/** Remembers gateways as long as nothing changed in the register: one small question instead of four large ones. */
export function openGatewayBook(store: Store): GatewayBook {
  const known = new Map<string, GatewayFacts>();
  let version = "";
  let since = 0;
  return {
    read: (ids) => {
      const wanted = new Set(ids);
      return store.as({ role: "worker" }, async (tx) => {
        const current = await registerVersion(tx);
        const now = performance.now();
        if (current !== version || now - since > oldestMs || known.size > gatewaysMax) {
          known.clear();
          [version, since] = [current, now];
        }
        const missing = [...wanted].filter((id) => !known.has(id));
        for (const [id, facts] of await loadGateways(tx, missing)) known.set(id, facts);
        return known;
      });
    },
  };
}
