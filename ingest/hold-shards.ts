import type { Logger } from "pino";
import type { Shares } from "#store/connect.ts";

/** This process's part in ingestion, shared out among all processes on the same records. */
export interface HeldShards {
  /** Whether this process reads the inbox on: the one that holds shard 0 does. */
  leads(): boolean;
  stop(): Promise<void>;
}

const lookMs = 1_000;

/**
 * Takes shards and gives them back so that each is worked on by one process: what a killed one held is taken over by the
 * next look of another. A shard's session ends before its shard is given back; the broker keeps what comes in between.
 */
export async function holdShards(parts: {
  readonly shares: Shares;
  readonly total: number;
  /** Works on these shards and on no others from when it resolves. */
  readonly work: (shards: ReadonlySet<number>) => Promise<void>;
  /** Told when this process begins to read the inbox on. */
  readonly onLead: () => void;
  readonly log: Logger;
}): Promise<HeldShards> {
  const { shares, total, work, onLead, log } = parts;
  let leads = false;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  const look = async (): Promise<void> => {
    const { held, surplus } = await shares.hold(total);
    const led = leads;
    leads = held.has(0);
    if (leads && !led) onLead();
    await work(held);
    if (surplus.length > 0) await shares.release(surplus);
  };
  const round = async (): Promise<void> => {
    await look().catch((error: unknown) => log.warn({ err: error }, "can't tell which shards are ours now"));
    if (!stopped) timer = setTimeout(begin, lookMs);
  };
  let current = round();
  const begin = (): void => {
    current = round();
  };
  await current;
  return {
    leads: () => leads,
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      await current;
      leads = false;
      try {
        await work(new Set());
      } finally {
        await shares.close();
      }
    },
  };
}
