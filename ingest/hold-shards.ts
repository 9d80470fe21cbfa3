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
 * The records notice a line that was cut by its keepalives, 14 s after they last heard of us, and give our shards to another process. With
 * 5 s for a look's answer and 2 s for a broker's goodbye our sessions have ended before.
 */
const sureMs = 5_000;

/**
 * Takes shards and gives them back so that each is worked on by one process: what a killed one held is taken over by the
 * next look of another. A shard's session ends before its shard is given back; the broker keeps what comes in between. Who can't
 * ask the records for a while lets go of everything, for by then it may be another's.
 */
export async function holdShards(parts: {
  readonly shares: Shares;
  readonly total: number;
  /** Works on these shards and on no others from when it resolves. */
  readonly work: (shards: ReadonlySet<number>) => Promise<void>;
  /** Told when this process begins to read the inbox on. */
  readonly onLead: () => void;
  readonly log: Logger;
  /** How long what the records said last may be relied on. */
  readonly sureMs?: number;
}): Promise<HeldShards> {
  const { shares, total, work, onLead, log } = parts;
  let leads = false;
  let sureUntil = 0;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  const look = async (): Promise<void> => {
    const asked = performance.now();
    const { held, surplus } = await shares.hold(total);
    sureUntil = asked + (parts.sureMs ?? sureMs);
    const led = leads;
    leads = held.has(0);
    if (leads && !led) onLead();
    await work(held);
    if (surplus.length > 0) await shares.release(surplus);
  };
  const letGo = async (): Promise<void> => {
    leads = false;
    await work(new Set());
  };
  const round = async (): Promise<void> => {
    await look().catch(async (error: unknown) => {
      log.warn({ err: error }, "can't tell which shards are ours now");
      if (performance.now() < sureUntil) return;
      await letGo().catch((fault: unknown) =>
        log.warn({ err: fault }, "can't let go of what may be another's"),
      );
    });
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
      try {
        await letGo();
      } finally {
        await shares.close();
      }
    },
  };
}
