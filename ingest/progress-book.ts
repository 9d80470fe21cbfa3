import type { Tx } from "#store/connect.ts";
import { type GatewayProgress, readProgress } from "#store/gateway-progress.ts";
import { keyOfBoot } from "./admit-boots.ts";
import type { MessagePosition } from "./message.ts";
import { openSkewBook, type SkewBook } from "./skew-book.ts";

/** How far boots got, remembered between two steps of the one tracker. */
export interface ProgressBook {
  /** What is known of these messages' boots, by boot; boots never heard of are missing. */
  read(
    tx: Tx,
    messages: readonly { readonly position: MessagePosition; readonly bootKey: string }[],
  ): Promise<Map<string, GatewayProgress>>;
  /** What a step has committed. */
  keep(progress: readonly GatewayProgress[]): void;
  /** How far the boots' clocks are behind ours. */
  readonly skews: SkewBook;
  /** After anything that may have changed the records without us. */
  forget(): void;
}

const bootsMax = 50_000;

/** Opens an empty book. A boot that the records don't know isn't remembered as unknown: its first message makes it known. */
export function openProgressBook(): ProgressBook {
  const known = new Map<string, GatewayProgress>();
  const skews = openSkewBook();
  return {
    skews,
    read: async (tx, messages) => {
      const found = new Map<string, GatewayProgress>();
      const missing: MessagePosition[] = [];
      for (const { position, bootKey } of messages) {
        const row = known.get(bootKey);
        if (row) found.set(bootKey, row);
        else missing.push(position);
      }
      const gateways = [...new Set(missing.map(({ gateway }) => gateway))];
      const boots = [...new Set(missing.map(({ boot }) => boot))];
      for (const row of await readProgress(tx, gateways, boots)) {
        found.set(keyOfBoot(row.tenantId, row.gatewayId, row.boot), row);
      }
      return found;
    },
    keep: (progress) => {
      if (known.size + progress.length > bootsMax) known.clear();
      for (const row of progress) known.set(keyOfBoot(row.tenantId, row.gatewayId, row.boot), row);
    },
    forget: () => {
      known.clear();
      skews.forget();
    },
  };
}
