/** Dead letters: what is the same counts up, a day of a gateway holds so many, and the place of each one is kept. */
import { asc, eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Store } from "#store/connect.ts";
import { type DeadLetter, listDeadLetters, setAsideBetween } from "#store/dead-letters.ts";
import { recordDeadLetters } from "#store/record-dead-letters.ts";
import { deadLetters } from "#store/schema/dead-letters.ts";
import { openOnPglite } from "../support/both-stores.ts";
import { openEmbeddedHouse } from "../support/ingest-house.ts";
import { bodyOf, connectGateway } from "../support/mqtt-gateway.ts";
import { strayEnds } from "../support/one-end.ts";

const worker = { role: "worker" } as const;
const noon = Date.UTC(2027, 0, 15, 12);
const dayMs = 86_400_000;
let store: Store;
let stop: () => Promise<void>;
let inboxId = 0;
beforeAll(async () => {
  ({ store, stop } = await openOnPglite());
});
afterAll(() => stop?.());

const letter = (text: string, change: Partial<DeadLetter> = {}): DeadLetter => {
  inboxId += 1;
  const rest = { inboxId, readingIndex: null, reason: "MALFORMED" as const, detail: "bad" };
  return { tenant: "t", gateway: "gw", topic: "a/b/c", payload: Buffer.from(text), ...rest, ...change };
};
const record = (letters: DeadLetter[], at = noon, mostADay = 5) =>
  store.as(worker, (tx) => recordDeadLetters(tx, letters, { at, mostADay }));
const rowsOf = (gateway: string) =>
  store.as(worker, (tx) =>
    tx.select().from(deadLetters).where(eq(deadLetters.gateway, gateway)).orderBy(asc(deadLetters.id)),
  );
const placesOf = (letters: readonly DeadLetter[]) =>
  letters.map((one) => `${one.inboxId}/${one.readingIndex}`).sort();
const asideAmong = async (letters: readonly DeadLetter[]) => {
  const ids = letters.map((one) => one.inboxId);
  const span = { first: Math.min(...ids), last: Math.max(...ids) };
  const found = await store.as(worker, (tx) => setAsideBetween(tx, span));
  return found.map((one) => `${one.inboxId}/${one.readingIndex}`).sort();
};

it("counts what is the same up, in one batch and in later ones; what differs in anything stands by itself", async () => {
  const same = [letter("x"), letter("x"), letter("x")];
  await record(same.slice(0, 2));
  await record(same.slice(2), noon + 1_000);
  const differing = [
    letter("y"),
    letter("x", { topic: "a/b/d" }),
    letter("x", { reason: "BAD_SHAPE" }),
    letter("x", { tenant: null }),
    letter("x", { gateway: "gw-2" }),
  ];
  await record(differing, noon, 100);
  const rows = [...(await rowsOf("gw")), ...(await rowsOf("gw-2"))];
  expect(rows.map(({ count, at, lastAt }) => [count, at - noon, lastAt - noon])).toEqual([
    [3, 0, 1_000],
    ...Array(5).fill([1, 0, 0]),
  ]);
  expect(await asideAmong([...same, ...differing])).toEqual(placesOf([...same, ...differing]));
});

it("counts anew each day, so that a fault that lasts stays among the newest", async () => {
  const own = { gateway: "gw-lasting" };
  const same = [letter("x", own), letter("x", own), letter("x", own), letter("y", own)];
  await record(same.slice(0, 1));
  await record(same.slice(3), noon + 1);
  await record(same.slice(1, 2), noon + dayMs);
  await record(same.slice(2, 3), noon + dayMs + 1);
  const rows = await rowsOf("gw-lasting");
  expect(rows.map(({ count, at, payload }) => [count, at - noon, Buffer.from(payload).toString()])).toEqual([
    [1, 0, "x"],
    [1, 1, "y"],
    [2, dayMs, "x"],
  ]);
  expect(await asideAmong(same)).toEqual(placesOf(same));
});

it("takes letters that a version wrote which didn't count yet: they came last when they came", async () => {
  const old = letter("x", { tenant: "t-old", gateway: "gw-old" });
  await store.as(worker, (tx) =>
    tx.execute(sql`
      insert into dead_letters (tenant_id, gateway, inbox_id, reason, detail, payload, at)
      values (${old.tenant}, ${old.gateway}, ${old.inboxId}, ${old.reason}, ${old.detail}, ''::bytea, ${noon})`),
  );
  const listed = await store.as({ role: "app", tenant: "t-old" }, (tx) =>
    listDeadLetters(tx, "t-old", { limit: 10, payloadBytes: 10 }),
  );
  expect(listed).toMatchObject([{ count: 1, at: noon, lastAt: noon }]);
});

it("keeps so many of a gateway in a day, counts the rest in one row and says so once; the next day again", async () => {
  const own = { gateway: "gw-flood" };
  const first = Array.from({ length: 8 }, (_, n) => letter(`a ${n}`, own));
  expect(await record(first)).toEqual([{ tenant: "t", gateway: "gw-flood", day: "2027-01-15" }]);
  const second = Array.from({ length: 4 }, (_, n) => letter(`a ${n + 3}`, own)); // two of these have rows
  expect(await record(second, noon + 1)).toEqual([]);
  const quiet = letter("calm", { gateway: "gw-quiet" });
  expect(await record([quiet], noon + 2)).toEqual([]);
  const next = letter("a 7", own);
  expect(await record([next], noon + dayMs)).toEqual([]);
  const rows = await rowsOf("gw-flood");
  expect(rows.map(({ reason, count, payload }) => [reason, count, Buffer.from(payload).toString()])).toEqual([
    ["MALFORMED", 1, "a 0"],
    ["MALFORMED", 1, "a 1"],
    ["MALFORMED", 1, "a 2"],
    ["MALFORMED", 2, "a 3"],
    ["MALFORMED", 2, "a 4"],
    ["DAY_FULL", 5, ""],
    ["MALFORMED", 1, "a 7"],
  ]);
  const all = [...first, ...second, quiet, next];
  expect(await asideAmong(all)).toEqual(placesOf(all));
});

it("keeps which readings of a message were set aside, whatever the number", async () => {
  const many = Array.from({ length: 2_000 }, (_, n) => n * 2 + 1);
  const of = { gateway: "gw-readings", inboxId: 9_000, reason: "BAD_VALUE" as const };
  const letters = many.map((readingIndex) => letter(`${readingIndex}`, { ...of, readingIndex }));
  await record(letters);
  expect(await asideAmong(letters)).toEqual(placesOf(letters));
  const { rows } = await store.as(worker, (tx) =>
    tx.execute<{ bytes: number }>(
      sql`select octet_length(readings) as bytes from set_aside where inbox_id = 9000`,
    ),
  );
  expect(rows).toEqual([{ bytes: 500 }]);
});

it("every message still comes to one end, by rows and by counters, when most are only counted", async () => {
  const house = await openEmbeddedHouse({
    gateways: { shop: [{ id: "gw-poor" }] },
    settings: { DEAD_LETTERS_A_DAY: "3" },
  });
  const gateway = await connectGateway(house.ingest.broker.url, "gw-poor");
  const ts = Date.now() - 60_000;
  const good = (n: number) => ({ s: "t1", ts: ts + n, t: 5 });
  const bad = (n: number) => ({ s: "t1", ts: ts + n, t: `${n}` });
  for (let n = 0; n < 3; n += 1) await gateway.publish("data", "same");
  for (let n = 1; n <= 6; n += 1) await gateway.publish("data", bodyOf(1, n, [good(n), bad(n), bad(0)]));
  for (let n = 0; n < 4; n += 1) await gateway.publish("data", `bad ${n}`);
  await house.projected("gw-poor", 13);
  await house.settled();
  expect(await strayEnds(house)).toEqual([]);
  expect(await house.counters()).toMatchObject({ received: 25, stored: 6, duplicate: 0, deadLetter: 19 });
  const letters = await house.lettersOf("gw-poor");
  expect(letters.map(({ reason, count }) => [reason, count])).toEqual([
    ["MALFORMED", 3],
    ["BAD_VALUE", 1],
    ["BAD_VALUE", 6],
    ["DAY_FULL", 9],
  ]);
  expect(await house.findingsOf("gw-poor")).toMatchObject([{ kind: "DEAD_LETTERS_FULL" }]);
  await gateway.close();
  await house.stop();
});
