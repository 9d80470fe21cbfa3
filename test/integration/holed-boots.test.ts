import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bootKeyOf } from "#ingest/admit-boots.ts";
import { openProgressBook } from "#ingest/progress-book.ts";
import { type Arrival, trackArrivals } from "#ingest/track-arrivals.ts";
import type { Store } from "#store/connect.ts";
import { readProgress } from "#store/gateway-progress.ts";
import { type OpenedStore, openOnPglite, openOnPostgres } from "../support/both-stores.ts";

const worker = { role: "worker" } as const;
const sha256 = (...bytes: Uint8Array[]) => {
  const hash = createHash("sha256");
  for (const some of bytes) hash.update(some);
  return new Uint8Array(hash.digest());
};
const from = (first: number, last: number, step = 1) =>
  Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, at) => first + at * step);

describe.each([
  ["PGlite", openOnPglite],
  ["PostgreSQL", openOnPostgres],
])("a boot with more holes than are kept: %s", (_name, open) => {
  let house: OpenedStore;
  let store: Store;
  let inboxId = 0;
  beforeAll(async () => {
    house = await open();
    store = house.store;
  });
  afterAll(() => house?.stop());

  const bytesOf = (gateway: string, seq: number) => sha256(Buffer.from(`${gateway}/${seq}`));
  const come = (gateway: string, seqs: readonly number[], hashOf = bytesOf) => {
    const arrivals = seqs.map((seq): Arrival => {
      inboxId += 1;
      const position = { tenant: "holes", gateway, boot: 1, seq, kid: null };
      const bootKey = bootKeyOf(position);
      return {
        position,
        bootKey,
        seq,
        isLive: true,
        inboxId,
        sha256: hashOf(gateway, seq),
        receivedAt: inboxId,
        skewMs: null,
      };
    });
    return store.as(worker, (tx) => trackArrivals(tx, arrivals, openProgressBook()));
  };
  const expectWhole = async (gateway: string, upTo: number) => {
    const [progress] = await store.as(worker, (tx) => readProgress(tx, [gateway], [1]));
    let hash = new Uint8Array(32);
    for (const seq of from(1, upTo)) hash = sha256(hash, bytesOf(gateway, seq));
    expect(progress).toMatchObject({ upTo, also: [] });
    expect(Buffer.from(progress?.hash ?? []).toString("hex")).toBe(Buffer.from(hash).toString("hex"));
    const { rows } = await store.as(worker, (tx) =>
      tx.execute<{ messages: number; seqs: number }>(sql`
        select count(*)::int as messages, count(distinct seq)::int as seqs from gateway_messages
        where gateway_id = ${gateway}`),
    );
    expect(rows[0]).toEqual({ messages: upTo, seqs: upTo });
  };

  it("forgets none of what came above them; what is sent again is no other message's", async () => {
    const first = await come("gw-a", [...from(1, 2001, 2), ...from(3000, 3009)]);
    expect(first.progress[0]?.also).toHaveLength(1_000);
    const second = await come("gw-a", from(3000, 3031));
    expect(second.again.map(({ seq }) => seq)).toEqual(from(3000, 3009));
    const third = await come("gw-a", [3005], () => sha256(Buffer.from("other bytes")));
    expect(third.conflicts.map(({ seq }) => seq)).toEqual([3005]);
    await come("gw-a", [...from(2, 2000, 2), ...from(2002, 2999)].reverse());
    await expectWhole("gw-a", 3031);
  });

  it("takes all back in page by page, however much waited", async () => {
    await come("gw-b", from(3, 2403, 2));
    await come("gw-b", from(20_001, 20_001 + 6_000 * 2, 2));
    await come("gw-b", [1, 2, ...from(4, 2404, 2)]);
    const [progress] = await store.as(worker, (tx) => readProgress(tx, ["gw-b"], [1]));
    expect(progress?.upTo).toBe(2404);
    expect(progress?.also).toEqual(from(20_001, 20_001 + 999 * 2, 2).map((seq) => [seq, seq]));
    await come("gw-b", from(2405, 20_000));
    await come("gw-b", from(20_002, 20_000 + 6_000 * 2, 2));
    await expectWhole("gw-b", 20_001 + 6_000 * 2);
  });

  it("is mended where its ranges had lost some already: what the records know is never noted twice", async () => {
    await come("gw-c", from(1, 10));
    await come("gw-c", [...from(13, 40), ...from(51, 55)]);
    await store.as(worker, (tx) =>
      tx.execute(sql`update gateway_progress set also = '[]'::jsonb where gateway_id = 'gw-c'`),
    );
    const again = await come("gw-c", from(30, 60));
    expect(again.again.map(({ seq }) => seq)).toEqual([...from(30, 40), ...from(51, 55)]);
    await come("gw-c", from(11, 29));
    await expectWhole("gw-c", 60);
  });
});
