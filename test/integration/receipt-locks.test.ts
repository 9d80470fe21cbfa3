import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openStore, type Store } from "#store/connect.ts";
import { type GatewayProgress, markReceipted, owedReceipts, saveProgress } from "#store/gateway-progress.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

/** The tracker keeps how far boots got while receipts over the same boots are marked as sent, both all the time. */
const boots = 300;
const rounds = 60;
let postgres: TestPostgres;
let store: Store;

beforeAll(async () => {
  postgres = await startPostgres();
  store = await openStore({ databaseUrl: postgres.url, dataDir: tmpdir() });
});
afterAll(async () => {
  await store?.close();
  await postgres?.stop();
});

const progressAt = (upTo: number): GatewayProgress[] =>
  Array.from({ length: boots }, (_, n) => ({
    ...{ tenantId: "t", gatewayId: `gw-${n}`, boot: 1, kid: null, upTo, also: [], hash: new Uint8Array(32) },
    ...{ firstReceivedAt: 0, lastReceivedAt: upTo, receiptedAt: null, skewMs: null },
  }));

it("never wait for each other, whatever the order of their rows", async () => {
  await store.as({ role: "worker" }, (tx) => saveProgress(tx, progressAt(0)));
  const tracking = async () => {
    for (let upTo = 1; upTo <= rounds; upTo += 1)
      await store.as({ role: "worker" }, (tx) => saveProgress(tx, progressAt(upTo)));
  };
  const marking = async () => {
    for (let at = 1; at <= rounds; at += 1)
      await store.as({ role: "worker" }, (tx) =>
        markReceipted(
          tx,
          progressAt(at)
            .map((row) => ({ ...row, at }))
            .reverse(),
        ),
      );
  };
  const ends = await Promise.allSettled([tracking(), marking(), marking()]);
  expect(ends.map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "fulfilled"]);
  const owed = await store.as({ role: "worker" }, (tx) => owedReceipts(tx, { limit: 1_000, after: null }));
  expect(owed).toEqual([]);
});
