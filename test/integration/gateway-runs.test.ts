import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sql } from "drizzle-orm";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Store } from "#store/connect.ts";
import { findTracked, messageHashes, trackMessages, usedByOthers } from "#store/gateway-messages.ts";
import { saveProgress } from "#store/gateway-progress.ts";
import { appendToInbox } from "#store/inbox.ts";
import { readSourceMessages } from "#store/source-messages.ts";
import type { TrackedMessage } from "#store/tracked-message.ts";
import { readMessageHashes, readMissing } from "#store/window-sources.ts";
import { type OpenedStore, openOnPglite, openOnPostgres } from "../support/both-stores.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";
import { type Random, randomOf } from "../support/random.ts";

const worker = { role: "worker" } as const;
const lastSeq = 400;

/** Steps of a tracker over two boots of each of three gateways: numbers out of order, holes, a key that changes. */
function stepsOf(random: Random): TrackedMessage[][] {
  const boots = ["a", "b", "c"].flatMap((gatewayId) => [1, 2].map((boot) => ({ gatewayId, boot })));
  const left = boots.map(() => Array.from({ length: lastSeq }, (_, at) => at + 1));
  let inboxId = 1;
  return Array.from({ length: 20 }, () =>
    Array.from({ length: 60 }, () => {
      const at = random.below(boots.length);
      const seqs = left[at] as number[];
      const [seq] = seqs.splice(random.chance(90) ? 0 : random.below(Math.min(20, seqs.length)), 1);
      inboxId += random.chance(2) ? 5_000 : 1;
      return {
        ...{ tenantId: "runs", boot: boots[at]?.boot as number, gatewayId: boots[at]?.gatewayId as string },
        ...{ seq: seq as number, inboxId, sha256: random.bytes(32), receivedAt: inboxId * 10 },
        kid: (seq as number) > 20 ? "new" : null,
      };
    }),
  );
}

const keyOf = ({ gatewayId, boot, seq }: Pick<TrackedMessage, "gatewayId" | "boot" | "seq">) =>
  `${gatewayId}/${boot}/${seq}`;
const sorted = (messages: readonly TrackedMessage[]) =>
  messages
    .map((message) => ({ ...message, sha256: Buffer.from(message.sha256).toString("hex") }))
    .sort((a, b) => a.inboxId - b.inboxId);

describe.each([
  ["PGlite", openOnPglite],
  ["PostgreSQL", openOnPostgres],
])("the sequence numbers of gateways, kept as runs: %s", (_name, open) => {
  let house: OpenedStore;
  let store: Store;
  const steps = stepsOf(randomOf(20_261_126, 0));
  const all = steps.flat();
  beforeAll(async () => {
    house = await open();
    store = house.store;
    for (const step of steps) {
      const boots = Map.groupBy(step, ({ gatewayId, boot }) => `${gatewayId}/${boot}`);
      await store.as(worker, (tx) => trackMessages(tx, boots.values()));
    }
  });
  afterAll(() => house?.stop());

  it("take fewer rows than messages, and no row too much", async () => {
    const { rows } = await store.as(worker, (tx) =>
      tx.execute<{ runs: number; longest: number }>(
        sql`select count(*)::int as runs, max(to_seq - from_seq + 1)::int as longest from gateway_runs`,
      ),
    );
    expect(rows[0]?.runs).toBeLessThan(all.length / 2);
    expect(rows[0]?.longest).toBeGreaterThan(3);
    expect(rows[0]?.longest).toBeLessThanOrEqual(32);
  });

  it("are found again one by one, and no others", async () => {
    const keys = ["a", "b", "c"].flatMap((gatewayId) =>
      [1, 2, 3].flatMap((boot) =>
        Array.from({ length: lastSeq + 2 }, (_, seq) => ({ tenantId: "runs", gatewayId, boot, seq })),
      ),
    );
    const found = await store.as(worker, (tx) => findTracked(tx, keys));
    expect(sorted(found)).toEqual(sorted(all));
    const others = keys.map((key) => ({ ...key, tenantId: "another" }));
    expect(await store.as(worker, (tx) => findTracked(tx, others))).toEqual([]);
  });

  it("tell whose another message is", async () => {
    const asked = all.map((message, at) =>
      at % 3 === 0 ? { ...message, inboxId: 1_000_000 + at } : message,
    );
    const never = { ...(all[0] as TrackedMessage), seq: lastSeq + 1, inboxId: 77 };
    const used = await store.as(worker, (tx) => usedByOthers(tx, [...asked, never]));
    expect(used).toEqual(new Set(asked.flatMap(({ inboxId }) => (inboxId > 1_000_000 - 1 ? [inboxId] : []))));
  });

  it("give a boot's hashes in order, from any number to any other", async () => {
    const own = all
      .filter(({ gatewayId, boot }) => gatewayId === "b" && boot === 2)
      .sort((a, b) => a.seq - b.seq);
    const boot = { tenantId: "runs", gatewayId: "b", boot: 2 };
    for (const after of [0, 1, 31, 33, 60, 100]) {
      const upTo = after + 50;
      const expected = own.filter(({ seq }) => seq > after && seq <= upTo).slice(0, 40);
      const found = await store.as(worker, (tx) => messageHashes(tx, boot, { after, upTo, limit: 40 }));
      expect(found.map(({ seq }) => seq)).toEqual(expected.map(({ seq }) => seq));
      expect(found.map(({ sha256 }) => Buffer.from(sha256))).toEqual(expected.map(({ sha256 }) => sha256));
    }
    const kept = await store.as(worker, (tx) => readMessageHashes(tx, boot, 90));
    expect(kept.map(({ seq, inboxId }) => [seq, inboxId])).toEqual(
      own.filter(({ seq }) => seq <= 90).map(({ seq, inboxId }) => [seq, inboxId]),
    );
  });

  it("tell what is missing between two that came", async () => {
    const came = new Set(all.map(keyOf));
    for (const { gatewayId, boot, seq: first } of all.slice(0, 30)) {
      const own = all.filter((other) => other.gatewayId === gatewayId && other.boot === boot);
      const last = Math.max(...own.map(({ seq }) => seq));
      const missing = await store.as(worker, (tx) =>
        readMissing(tx, { tenantId: "runs", gatewayId, boot, first, last }),
      );
      const seqs = missing.flatMap(([from, to]) =>
        Array.from({ length: to - from + 1 }, (_, at) => from + at),
      );
      const expected = Array.from({ length: last - first }, (_, at) => first + at).filter(
        (seq) => !came.has(keyOf({ gatewayId, boot, seq })),
      );
      expect(seqs).toEqual(expected);
    }
  });
});

describe.each([
  ["PGlite", openOnPglite],
  ["PostgreSQL", openOnPostgres],
])("the messages behind readings: %s", (_name, open) => {
  let house: OpenedStore;
  beforeAll(async () => {
    house = await open();
  });
  afterAll(() => house?.stop());

  it("are found by their inbox ids, also once their day was dropped; what has no number is left out", async () => {
    const { store } = house;
    const message = (at: number) => ({
      ...{ receivedAt: 1, gateway: at % 2 === 0 ? "even" : "odd", topic: "t", lane: "data", door: "mqtt" },
      ...{ payload: Buffer.from(String(at)), sha256: Buffer.alloc(32, at) },
    });
    const rows = Array.from({ length: 12 }, (_, at) => message(at));
    const { first } = await store.as(worker, (tx) => appendToInbox(tx, rows));
    const tracked = [0, 2, 4, 1, 3].map((at, order) => ({
      ...{ tenantId: "t", gatewayId: at % 2 === 0 ? "even" : "odd", boot: 1, seq: order + 1, kid: null },
      ...{ inboxId: first + at, sha256: Buffer.alloc(32, at), receivedAt: 1 },
    }));
    // Two messages whose day is gone from the inbox.
    const gone = [5, 6].map((seq) => ({
      ...(tracked[0] as TrackedMessage),
      seq: seq + 10,
      inboxId: 5_000 + seq,
    }));
    await store.as(worker, async (tx) => {
      await trackMessages(tx, [tracked.slice(0, 3), tracked.slice(3), gone]);
      const rest = {
        hash: Buffer.alloc(32),
        firstReceivedAt: 0,
        lastReceivedAt: 1,
        receiptedAt: null,
        skewMs: null,
        also: [],
      };
      await saveProgress(
        tx,
        ["even", "odd"].map((gatewayId) => ({
          tenantId: "t",
          gatewayId,
          boot: 1,
          kid: null,
          upTo: 1,
          ...rest,
        })),
      );
    });
    const ids = [...rows.map((_, at) => first + at), ...gone.map(({ inboxId }) => inboxId), 9_999];
    const found = await store.as(worker, (tx) => readSourceMessages(tx, ids));
    expect(sorted(found)).toEqual(sorted([...tracked, ...gone]));
  });

  it("are found whoever sent them, also where most have no number", async () => {
    const { store } = house;
    const rows = Array.from({ length: 1_500 }, (_, at) => ({
      ...{ receivedAt: 1, gateway: `g${at % 100}`, topic: "t", lane: "data", door: "mqtt" },
      ...{ payload: Buffer.from(String(at)), sha256: Buffer.alloc(32, at % 251) },
    }));
    const { first } = await store.as(worker, (tx) => appendToInbox(tx, rows));
    // Sixty gateways number their messages, of which every fifth uses a number again.
    const tracked = rows.flatMap(({ gateway, sha256 }, at): TrackedMessage[] => {
      const [number, turn] = [at % 100, Math.floor(at / 100)];
      if (number >= 60 || turn % 5 === 4) return [];
      return [
        {
          ...{ tenantId: "t", gatewayId: gateway, boot: 2, seq: turn + 1, kid: turn > 7 ? "k" : null },
          ...{ inboxId: first + at, sha256, receivedAt: 1 },
        },
      ];
    });
    const boots = Map.groupBy(tracked, ({ gatewayId }) => gatewayId);
    await store.as(worker, (tx) => trackMessages(tx, boots.values()));
    const all = rows.map((_, at) => first + at);
    for (const ids of [all, all.slice(3, 40), all.filter((id) => id % 7 === 0)]) {
      const found = await store.as(worker, (tx) => readSourceMessages(tx, ids));
      expect(sorted(found)).toEqual(sorted(tracked.filter(({ inboxId }) => ids.includes(inboxId))));
    }
  });
});

describe("records from before runs", () => {
  const folder = fileURLToPath(new URL("../../store/migrations", import.meta.url));
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".sql"))
    .sort();
  const runs = files.findIndex((name) => name.startsWith("0010_"));
  let server: TestPostgres;
  beforeAll(async () => {
    server = await startPostgres();
  });
  afterAll(() => server?.stop());

  it("keep every message, also where their owner is bound by row-level security", async () => {
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query("create role keeper login createrole");
    await admin.query("create database records owner keeper");
    await admin.end();
    const url = server.url.replace("postgres@", "keeper@").replace(/\/postgres$/, "/records");
    const keeper = new pg.Client({ connectionString: url });
    await keeper.connect();
    const apply = async (names: readonly string[]) => {
      for (const name of names) await keeper.query(readFileSync(`${folder}/${name}`, "utf8"));
    };
    await apply(files.slice(0, runs));
    await keeper.query("alter table gateway_messages no force row level security");
    await keeper.query(`insert into gateway_messages
      select 't' || n % 2, 'g' || n % 3, n % 5, n / 30 + case when n % 7 = 0 then 1000000 else 0 end, n * 3,
        sha256(n::text::bytea), case when n % 11 > 4 then 'k' end, n * 10 from generate_series(1, 20000) as n
      on conflict do nothing`);
    const all = `select tenant_id, gateway_id, boot, seq, inbox_id, sha256, kid, received_at
      from gateway_messages order by 1, 2, 3, 4`;
    const before = (await keeper.query(all)).rows;
    await keeper.query("alter table gateway_messages force row level security");
    await apply(files.slice(runs));
    await keeper.query("alter table gateway_runs no force row level security");
    expect((await keeper.query(all)).rows).toEqual(before);
    expect(before.length).toBeGreaterThan(15_000);
    const kept = await keeper.query(
      "select count(*)::int as runs, max(to_seq - from_seq)::int as most from gateway_runs",
    );
    expect(kept.rows[0].runs).toBeLessThan(before.length);
    await keeper.end();
  });
});
