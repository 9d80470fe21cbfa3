import { sql } from "drizzle-orm";
import { appendEntries } from "#anchor/append-entries.ts";
import { toHex } from "#domain/log/bytes.ts";
import { leafHash } from "#domain/log/merkle.ts";
import { tileWidth, widthAt } from "#domain/log/tile.ts";
import type { Store } from "#store/connect.ts";
import { logSize } from "#store/entries.ts";
import { saveTiles } from "#store/log-tiles.ts";
import { queueEntries } from "#store/pending-entries.ts";

const asWorker = { role: "worker" } as const;
const queuedAtOnce = 2_000;
const filledAtOnce = 50_000;
/** Entries of a load belong to as many streams in turn. */
const streams = 10_000;

/**
 * Entries a second from waiting to durable: what `append` of the anchor's round does, transaction by transaction, each with
 * fsync. They were queued before the time begins.
 */
export async function measureAppends(store: Store, count: number): Promise<number> {
  for (let from = 0; from < count; from += queuedAtOnce) {
    const some = Array.from({ length: Math.min(queuedAtOnce, count - from) }, (_, at) => windowOf(from + at));
    await store.as(asWorker, (tx) => queueEntries(tx, some, 1));
  }
  const began = performance.now();
  let appended = 0;
  for (let more = -1; more !== 0; appended += more) more = await appendEntries(store, 1);
  if (appended !== count) throw new Error(`${appended} of ${count} entries were appended`);
  return count / ((performance.now() - began) / 1_000);
}

/**
 * Makes the log `size` entries long without hashing each: rows as large as a window's, and the tiles at its right edge, so
 * that appends to a long log can be measured. Their hashes are made up; nothing here is proved from them.
 */
export async function fillLog(store: Store, size: number): Promise<void> {
  const have = await store.as(asWorker, logSize);
  const body = JSON.stringify(windowOf(0).body);
  for (let from = have; from < size; from += filledAtOnce) {
    const to = Math.min(size, from + filledAtOnce);
    await store.as(asWorker, (tx) =>
      tx.execute(sql`
        insert into entries (index, stream, seq, prev, commit, leaf, subject, kind, from_ms, to_ms, salt, body_salt, body, appended_at)
        select n, sha256(convert_to('fill' || n % 100000, 'UTF8')), n / 100000, h, h, h, 'fill' || n % 100000, 'segment', n, n,
          substring(h for 16), substring(h for 16), ${body}, 1
        from (select n, sha256(convert_to(n::text, 'UTF8')) as h
          from generate_series(${from}::bigint, ${to - 1}::bigint) as n) as made`),
    );
  }
  await store.as(asWorker, (tx) => saveTiles(tx, rightEdge(size)));
}

function rightEdge(size: number) {
  const edge = [];
  for (let level = 0; BigInt(size) >> BigInt(8 * level) > 0n; level += 1) {
    const index = (BigInt(size) >> BigInt(8 * level)) / BigInt(tileWidth);
    const width = widthAt({ level, index }, BigInt(size));
    if (width > 0) edge.push({ level, index, hashes: new Uint8Array(32 * width).fill(level + 1) });
  }
  return edge;
}

/** What a window of a refrigerator with two points says. */
function windowOf(at: number) {
  const point = (salt: number) => ({
    ...{
      n: 60,
      min: 2_100 + (at % 90),
      max: 5_400 + salt,
      mean: 3_900,
      mktSum: 123_456_789,
      first: at,
      last: at + 3_540_000,
    },
    ...{ gapMaxMs: 60_000, lagMinMs: 200, lagMaxMs: 900, calibratedUntil: 1_890_000_000_000 },
  });
  const body = {
    points: {
      [toHex(leafHash(Uint8Array.of(1))).slice(0, 32)]: point(1),
      [toHex(leafHash(Uint8Array.of(2))).slice(0, 32)]: point(2),
    },
    ...{ door: { openMs: 12_000, times: 3 }, data: "ab".repeat(32), profile: "CN-GSP" },
  };
  return {
    subject: `urn:bench:equipment:${at % streams}`,
    kind: "segment",
    from: at,
    to: at + 3_600_000,
    body,
  };
}
