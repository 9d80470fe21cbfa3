import type { Logger } from "pino";
import { encodeRebirth } from "#services/formats/sparkplug-payload.ts";
import type { Store } from "#store/connect.ts";
import { takeDueRebirths } from "#store/sparkplug.ts";

/** Asks Sparkplug nodes for a rebirth when they are due for one. */
export interface Rebirths {
  /** To be called often, with or without messages; looks at most every half second. */
  tick(): Promise<void>;
}

/** What asking needs; `publish` is QoS 0, and `isNeeded` whether any Sparkplug node is registered. */
export interface RebirthParts {
  readonly store: Store;
  readonly log: Logger;
  readonly clock: () => number;
  readonly reorderMs: number;
  readonly publish: (topic: string, payload: Uint8Array) => Promise<void>;
  readonly isNeeded: () => boolean;
}

const lookMs = 500;
/** A node is asked at most once a minute, and nodes that need it at once not all at once. */
const pauseMs = 60_000;
const jitterMs = 10_000;

/** Asks by NCMD `Node Control/Rebirth` (Sparkplug 3.0 §5.11). One that is lost is repeated after the pause. */
export function createRebirths(parts: RebirthParts): Rebirths {
  const { store, log, clock, reorderMs, publish, isNeeded } = parts;
  let looked = Number.NEGATIVE_INFINITY;
  return {
    tick: async () => {
      const now = clock();
      if (!isNeeded() || Math.abs(now - looked) < lookMs) return;
      looked = now;
      const askAfter = () => Math.round(now + pauseMs + Math.random() * jitterMs);
      const due = await store.as({ role: "worker" }, (tx) =>
        takeDueRebirths(tx, { now, reorderMs, askAfter }),
      );
      for (const { node, source } of due) {
        if (source?.kind !== "sparkplug") continue;
        const why = node.rebirthWanted ?? "a hole in its seq stays open";
        log.info({ gateway: node.gatewayId, why }, "asks a Sparkplug node for a rebirth");
        await publish(`spBv1.0/${source.group}/NCMD/${source.edge}`, encodeRebirth(now)).catch(
          (error: unknown) =>
            log.warn(
              { gateway: node.gatewayId, err: error },
              "could not ask for a rebirth: again after the pause",
            ),
        );
      }
    },
  };
}
