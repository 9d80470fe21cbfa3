import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type DurableBatch, openIntake } from "#ingest/accept.ts";
import { admitBoots, bootKeyOf, bootsADay } from "#ingest/admit-boots.ts";
import { openBootOrder } from "#ingest/boot-order.ts";
import { decodeMessage } from "#ingest/decode-message.ts";
import type { Decode } from "#ingest/decode-with.ts";
import { openGatewayBook } from "#ingest/gateway-book.ts";
import { createIngestMeters } from "#ingest/meters.ts";
import type { DurableMessage } from "#ingest/open-arrivals.ts";
import { openProgressBook } from "#ingest/progress-book.ts";
import { createProjector } from "#ingest/projector.ts";
import { readTracked } from "#ingest/read-tracked.ts";
import { openRelay } from "#ingest/relay.ts";
import { type Arrival, trackArrivals } from "#ingest/track-arrivals.ts";
import { createTracker, type TrackedMessage } from "#ingest/tracker.ts";
import { openStore, type Store } from "#store/connect.ts";
import { countBootsByDay, markReceipted, owedReceipts, saveProgress } from "#store/gateway-progress.ts";
import { ensureCursors, isMoreAbove, readCursors, readInbox, waitingAbove } from "#store/inbox.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { deadLetters } from "#store/schema/dead-letters.ts";
import { findings } from "#store/schema/findings.ts";
import { gatewayTopics } from "#store/schema/gateway-topics.ts";
import { gateways } from "#store/schema/gateways.ts";
import { noteChange } from "../support/gateway-network.ts";
import { whenDurable } from "../support/when-durable.ts";

const now = 1_800_000_000_000;
const dayMs = 86_400_000;
const today = Math.floor(now / dayMs);
const limits = { maxBytes: 262_144, maxInflatedBytes: 2_097_152, maxReadings: 5_000 };
let folder = "";
let store: Store;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "coldmark-tracker-"));
  store = await openStore({ dataDir: folder });
  await store.as({ role: "worker" }, ensureCursors);
  await store.as({ role: "app", tenant: "t" }, async (tx) => {
    for (const id of ["gw-many", "gw-few", "gw-away"]) {
      await tx.insert(gatewayTopics).values({ gatewayId: id, tenantId: "t" });
      await tx.insert(gateways).values({
        ...{
          tenantId: "t",
          id,
          kind: "native",
          signatureRequired: false,
          mqttPasswordHash: null,
          acceptedAt: id === "gw-away" ? now - 10 * dayMs : now,
        },
      });
    }
  });
});
afterAll(async () => {
  await store?.close();
  rmSync(folder, { recursive: true, force: true });
});

const decode: Decode = (message, gateway) => decodeMessage(message, gateway, limits);
/** Reads everything from the records, as another process would. */
const stepsOn = (records: Store, decode: Decode) => ({
  ...{ store: records, decode, book: openGatewayBook(records) },
  ...{ incoming: openRelay<never>(), outgoing: openRelay<never>() },
});

interface Sending {
  readonly onDurable?: (batch: DurableBatch) => void;
  readonly lane?: "data" | "hist";
  readonly receivedAt?: number;
}

async function send(
  gateway: string,
  boots: readonly number[],
  { onDurable = () => undefined, lane = "data", receivedAt = now }: Sending = {},
): Promise<void> {
  const intake = openIntake({
    ...{ store, log: pino({ level: "silent" }), clock: () => now, messagesMax: 1_000, premature: null },
    onDurable,
    isLiveBehind: () => false,
    isOneConnection: true,
    meters: createIngestMeters(),
  });
  const bodyOf = (boot: number) =>
    Buffer.from(JSON.stringify({ v: 1, boot, seq: 1, sent: now, readings: [{ s: "t1", ts: now, t: 5 }] }));
  const raw = { gateway, topic: `coldmark/v1/${gateway}/${lane}`, lane, receivedAt };
  await Promise.all(
    boots.map((boot) => whenDurable(intake, { ...raw, door: "embedded", payload: bodyOf(boot) })),
  );
  await intake.stop();
}

it("checks signatures outside of every transaction and lets others have their turn", async () => {
  await send(
    "gw-few",
    Array.from({ length: 200 }, (_, n) => n + 1),
  );
  let open = 0;
  let turns = 0;
  const watched: Store = {
    ...store,
    as: (who, work) => {
      open += 1;
      return store.as(who, work).finally(() => {
        open -= 1;
      });
    },
  };
  const seen: number[] = [];
  const turnsAt: number[] = [];
  const tick = () => {
    turns += 1;
    ticking = setImmediate(tick);
  };
  let ticking = setImmediate(tick);
  const slowly: Decode = (message, gateway) => {
    seen.push(open);
    turnsAt.push(turns);
    const until = performance.now() + 0.2;
    while (performance.now() < until);
    return decode(message, gateway);
  };
  const step = await createTracker(stepsOn(watched, slowly)).next(now);
  clearImmediate(ticking);
  expect([step.messages, step.progress.length]).toEqual([200, 200]);
  expect(seen).toEqual(Array(200).fill(0));
  expect(new Set(turnsAt).size).toBeGreaterThanOrEqual(4);
});

/** The gateway began so many boots that day, from `from` on. */
async function begun(gatewayId: string, from: number, count: number, firstReceivedAt: number): Promise<void> {
  const state = {
    ...{ tenantId: "t", gatewayId, kid: null, upTo: 1, also: [], hash: new Uint8Array(32) },
    ...{ firstReceivedAt, lastReceivedAt: 1, receiptedAt: 1, skewMs: null },
  };
  const rows = Array.from({ length: count }, (_, n) => ({ ...state, boot: from + n }));
  await store.as({ role: "worker" }, (tx) => saveProgress(tx, rows));
}

it("takes no more new boots of a gateway than a day has room for; the rest are dead letters and a finding, and the next day others are taken", async () => {
  await begun("gw-many", 1, bootsADay - 2, now);
  const first = bootsADay + 1;
  const hist = { lane: "hist" } as const;
  await send("gw-many", [first, first + 1, first + 2, first + 3, first], hist);
  await send("gw-many", [first + 1, first + 4], hist);
  await send("gw-few", [900]);
  await send("gw-many", [first + 2], { ...hist, receivedAt: now + dayMs });
  const { progress } = await createTracker(stepsOn(store, decode)).next(now);
  expect(progress.map(({ gatewayId, boot }) => `${gatewayId} ${boot}`).sort()).toEqual([
    "gw-few 900",
    `gw-many ${first}`,
    `gw-many ${first + 1}`,
    `gw-many ${first + 2}`,
  ]);
  const noReadings = { range: async () => [], write: async () => [] } as unknown as ReadingsStore;
  const projector = createProjector({
    ...stepsOn(store, decode),
    readings: noReadings,
    graceMs: 0,
    deadLettersADay: 1_000,
    meters: createIngestMeters(),
  });
  while ((await projector.next(now)) > 0);
  const told = await store.as({ role: "worker" }, async (tx) => ({
    letters: (await tx.select().from(deadLetters)).filter(({ gateway }) => gateway === "gw-many"),
    found: await tx.select().from(findings),
    boots: await countBootsByDay(tx, ["gw-many", "gw-few"], { from: today, to: today + 1 }),
  }));
  expect(
    told.letters
      .filter(({ reason }) => reason === "TOO_MANY_BOOTS")
      .map(({ detail }) => Number(detail.split(" ")[1]))
      .sort(),
  ).toEqual([first + 2, first + 3, first + 4]);
  expect(told.found).toMatchObject([
    { kind: "TOO_MANY_BOOTS", subject: "gw-many", detail: { boot: first + 2, messages: 3, bootsADay } },
  ]);
  expect(Object.fromEntries(told.boots)).toEqual({
    [`gw-many/${today}`]: bootsADay,
    [`gw-many/${today + 1}`]: 1,
    [`gw-few/${today}`]: 201,
  });
});

it("gives what is owed page by page, every boot once", async () => {
  const boots: string[] = [];
  for (let after: Parameters<typeof owedReceipts>[1]["after"] = null; ; ) {
    const page = await store.as({ role: "worker" }, (tx) => owedReceipts(tx, { limit: 70, after }));
    expect(page.length).toBeLessThanOrEqual(70);
    boots.push(...page.map(({ gatewayId, boot }) => `${gatewayId} ${boot}`));
    after = page.at(-1) ?? null;
    if (page.length < 70) break;
  }
  expect([boots.length, new Set(boots).size]).toEqual([204, 204]);
});

it("keeps what the register said for a batch under way while another reader learns of a change", async () => {
  const book = openGatewayBook(store);
  const underWay = await book.read(["gw-few"]);
  await store.as({ role: "app", tenant: "t" }, (tx) => noteChange(tx, "t"));
  const after = await book.read(["gw-many"]);
  expect([underWay.has("gw-few"), after.has("gw-few"), after.has("gw-many")]).toEqual([true, false, true]);
});

it("says whether more than so many messages wait above a position", async () => {
  const above = (position: number, messages: number) =>
    store.as({ role: "worker" }, (tx) => isMoreAbove(tx, position, messages));
  const { messages } = await store.as({ role: "worker" }, (tx) => waitingAbove(tx, 0));
  expect(messages).toBeGreaterThan(200);
  expect([await above(0, messages - 1), await above(0, messages)]).toEqual([true, false]);
  const first = { position: 0, limit: 10, maxBytes: 1_048_576 };
  const tenth = (await store.as({ role: "worker" }, (tx) => readInbox(tx, first))).at(-1)?.id ?? 0;
  expect([await above(tenth, messages - 11), await above(tenth, messages - 10)]).toEqual([true, false]);
});

/** As if each message had unpacked to all that is allowed; there later, as one with a signature. */
const bulky: Decode = (message, gateway) => {
  const decoded = decodeMessage(message, gateway, limits);
  const unpacked =
    decoded.kind === "readings" ? { ...decoded, unpackedBytes: limits.maxInflatedBytes } : decoded;
  return { kind: "signed", unpackedBytes: 0, holds: Promise.resolve(true), read: () => unpacked };
};

it("takes no more at a time than memory has room for once it is unpacked, and leaves none out", async () => {
  const incoming = openRelay<DurableMessage>();
  const outgoing = openRelay<TrackedMessage>();
  const boots = Array.from({ length: 100 }, (_, n) => n + 1_001);
  await send("gw-few", boots, {
    onDurable: ({ after, register, messages }) =>
      incoming.offer(
        after,
        messages.map((message) => ({ message, register })),
      ),
  });
  const tracker = createTracker({ store, decode: bulky, book: openGatewayBook(store), incoming, outgoing });
  const steps: number[] = [];
  for (let step = await tracker.next(now); step.messages > 0; step = await tracker.next(now)) {
    steps.push(step.messages);
  }
  expect(steps.reduce((sum, messages) => sum + messages)).toBe(100);
  expect(Math.max(...steps)).toBeLessThanOrEqual(16 + 1);
});

it("reads back no more at a time than memory has room for once it is unpacked, and leaves none out", async () => {
  const total = (await store.as({ role: "worker" }, (tx) => waitingAbove(tx, 0))).messages;
  const ids: number[] = [];
  const counts: number[] = [];
  for (let position = 0; ; ) {
    const read = await readTracked(stepsOn(store, bulky), position);
    if (read.length === 0) break;
    counts.push(read.length);
    ids.push(...read.map(({ message }) => message.id));
    position = ids.at(-1) ?? position;
  }
  expect([ids.length, new Set(ids).size]).toEqual([total, total]);
  expect(Math.max(...counts)).toBeLessThanOrEqual(16 + 1);
});

/** A message as the tracker takes it; its bytes are told by `text`. */
function arrival(
  gateway: string,
  boot: number,
  seq: number,
  more: Partial<Arrival> & { text?: string } = {},
) {
  const { text = "", ...rest } = more;
  const position = { tenant: "t", gateway, boot, seq, kid: null };
  const sha256 = new Uint8Array(32);
  sha256.set(Buffer.from(`${boot}/${seq}${text}`));
  const at = { seq, isLive: true, inboxId: boot * 100 + seq, receivedAt: now, skewMs: 0 };
  return { ...at, position, bootKey: bootKeyOf(position), sha256, ...rest };
}

it("hears a gateway, and its clock, by what comes for the first time only: anybody can send the rest again", async () => {
  const book = openProgressBook();
  const hourMs = 3_600_000;
  const come = async (...arrivals: Arrival[]) => {
    const { progress } = await store.as({ role: "worker" }, (tx) => trackArrivals(tx, arrivals, book));
    book.keep(progress);
    return progress.map(({ upTo, lastReceivedAt, skewMs }) => [upTo, lastReceivedAt - now, skewMs]);
  };
  const late = { receivedAt: now + hourMs, skewMs: hourMs };
  expect(await come(arrival("gw-echo", 1, 1), arrival("gw-echo", 1, 2))).toEqual([[2, 0, 0]]);
  expect(await come(arrival("gw-echo", 1, 1, late), arrival("gw-echo", 1, 2, late))).toEqual([[2, 0, 0]]);
  const other = { ...late, skewMs: -hourMs, text: "other bytes" };
  expect(await come(arrival("gw-echo", 1, 2, other))).toEqual([[2, 0, 0]]);
  expect(await come(arrival("gw-echo", 1, 3, late))).toEqual([[3, hourMs, 0]]);
});

it("tells once of a boot that goes on after a newer one was receipted; not of back-fill, of holes, of what was overtaken", async () => {
  const book = openProgressBook();
  let order = openBootOrder();
  const come = (...arrivals: Arrival[]) =>
    store.as({ role: "worker" }, async (tx) => {
      const { progress, onward } = await trackArrivals(tx, arrivals, book);
      book.keep(progress);
      const back = await order.findBack(tx, onward);
      return back.map(({ first, messages, newest }) => [first.position.boot, first.seq, messages, newest]);
    });
  const of = (boot: number, seq: number, more: Partial<Arrival> = {}) => arrival("gw-back", boot, seq, more);
  const receipt = (boot: number) =>
    store.as({ role: "worker" }, (tx) =>
      markReceipted(tx, [{ tenantId: "t", gatewayId: "gw-back", boot, at: now }]),
    );
  expect(await come(of(7, 1), of(7, 4), of(8, 1), of(7, 5))).toEqual([]);
  await receipt(8);
  expect(await come(of(7, 2), of(7, 6, { isLive: false }), of(8, 2))).toEqual([]);
  expect(await come(of(7, 7), of(6, 1), of(7, 8))).toEqual([
    [7, 7, 2, 8],
    [6, 1, 1, 8],
  ]);
  expect(await come(of(6, 2))).toEqual([]);
  expect(await come(of(8, 3), of(6, 3), of(7, 9), of(8, 4), of(7, 10))).toEqual([]);
  expect(await come(of(9, 1), of(7, 11))).toEqual([[7, 11, 1, 8]]);
  expect(await come(of(9, 2), of(7, 12), of(8, 5))).toEqual([]);
  await receipt(9);
  expect(await come(of(8, 6), of(9, 3), of(8, 7))).toEqual([[8, 6, 2, 9]]);
  expect(await come(of(9, 4), of(8, 8), of(7, 13))).toEqual([]);
  order = openBootOrder();
  expect(await come(of(6, 4))).toEqual([[6, 4, 1, 9]]);
});

it("takes what a gateway that was off line began meanwhile, and keeps room for what it measures now", async () => {
  const room = bootsADay * 10;
  await begun("gw-away", 1, bootsADay, now - 10 * dayMs);
  await begun("gw-away", 1_001, room - 2, now);
  const position = (boot: number) => ({ tenant: "t", gateway: "gw-away", boot, seq: 1, kid: null });
  const of = (boot: number, isLive: boolean, receivedAt = now) => ({
    ...{ position: position(boot), bootKey: `b${boot}`, isLive, receivedAt },
  });
  const judge = (...messages: ReturnType<typeof of>[]) =>
    store.as({ role: "worker" }, async (tx) => {
      const { admitted } = await admitBoots(tx, messages, new Map());
      return admitted.map((one) => one.position.boot);
    });
  const backFill = [9_001, 9_002, 9_003].map((boot) => of(boot, false));
  const live = Array.from({ length: bootsADay + 1 }, (_, n) => of(10_000 + n, true));
  expect(await judge(...backFill)).toEqual([9_001, 9_002]);
  expect(await judge(...backFill.slice(0, 2), ...live, of(9_004, false))).toEqual([
    ...[9_001, 9_002],
    ...live.slice(0, -1).map((one) => one.position.boot),
  ]);
  // The day after it has its own room again, and no more.
  await begun("gw-away", 5_001, 2, now);
  const nextDay = Array.from({ length: bootsADay + 1 }, (_, n) => of(20_000 + n, false, now + dayMs));
  expect(await judge(...nextDay)).toHaveLength(bootsADay);
  // Whoever asks the records later is told what the tracker said.
  const { tracker } = await store.as({ role: "worker" }, readCursors);
  await send("gw-away", [30_001, 30_002], { lane: "hist" });
  await send("gw-away", [30_003]);
  const { progress } = await createTracker(stepsOn(store, decode)).next(now);
  expect(progress.map(({ boot }) => boot)).toEqual([30_003]);
  const again = await readTracked(stepsOn(store, decode), tracker.position);
  expect(again.map(({ use }) => use)).toEqual(["boot too many", "boot too many", "first"]);
});
