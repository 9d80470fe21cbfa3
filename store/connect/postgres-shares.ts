import pg from "pg";
import type { Shares } from "./shares.ts";

/** Class of the advisory locks that stand for shards; any number will do. */
const lockClass = 0x636f6c65;
/** Held in common by every process that takes part. */
const memberKey = 0x7fffffff;

/**
 * Shards as advisory locks of one connection: they end with the process that holds them, the moment its connection does.
 * A machine that vanishes is noticed by keepalives within about 15 s.
 */
export function openPostgresShares(url: string, answerWithinMs = 5_000): Shares {
  let client: pg.Client | null = null;
  let held = new Set<number>();

  const connection = async (): Promise<pg.Client> => {
    if (client) return client;
    const fresh = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: answerWithinMs,
      query_timeout: answerWithinMs,
      keepAlive: true,
      options: "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=3 -c tcp_keepalives_count=3",
    });
    const lost = () => {
      if (client !== fresh) return;
      client = null;
      held = new Set();
    };
    fresh.on("error", lost);
    fresh.on("end", lost);
    try {
      await fresh.connect();
      await fresh.query("select pg_advisory_lock_shared($1, $2)", [lockClass, memberKey]);
    } catch (error) {
      giveUp(fresh);
      throw error;
    }
    client = fresh;
    return fresh;
  };
  const guarded = async <T>(work: (client: pg.Client) => Promise<T>): Promise<T> => {
    const own = await connection();
    try {
      return await work(own);
    } catch (error) {
      client = null;
      held = new Set();
      giveUp(own);
      throw error;
    }
  };

  return {
    hold: (total) =>
      guarded(async (own) => {
        const fair = Math.ceil(total / (await countMembers(own)));
        for (let shard = 0; shard < total && held.size < fair; shard += 1) {
          if (!held.has(shard) && (await tryLock(own, shard))) held.add(shard);
        }
        const surplus = [...held].sort((a, b) => a - b).slice(fair);
        return { held: new Set([...held].filter((shard) => !surplus.includes(shard))), surplus };
      }),
    release: async (shards) => {
      if (client === null) return;
      await guarded(async (own) => {
        for (const shard of shards) {
          if (held.delete(shard)) await own.query("select pg_advisory_unlock($1, $2)", [lockClass, shard]);
        }
      });
    },
    close: async () => {
      const own = client;
      client = null;
      await own?.end();
    },
  };
}

/** A connection that failed may never come to its end; nothing is to wait for that. */
function giveUp(client: pg.Client): void {
  client.end().catch(() => undefined);
}

async function countMembers(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ members: number }>(
    `select count(*)::int as members from pg_locks
     where locktype = 'advisory' and granted and classid = $1 and objid = $2
       and database = (select oid from pg_database where datname = current_database())`,
    [lockClass, memberKey],
  );
  return Math.max(1, rows[0]?.members ?? 1);
}

async function tryLock(client: pg.Client, shard: number): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>("select pg_try_advisory_lock($1, $2) as taken", [
    lockClass,
    shard,
  ]);
  return rows[0]?.taken === true;
}
