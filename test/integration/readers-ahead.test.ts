/** Both readers begin the next batch while the last one is settled: here its cursor is held, so that settling waits or fails. */
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { decodeMessage } from "#ingest/decode-message.ts";
import type { Decode } from "#ingest/decode-with.ts";
import { openGatewayBook } from "#ingest/gateway-book.ts";
import { createIngestMeters } from "#ingest/meters.ts";
import { createProjector } from "#ingest/projector.ts";
import { openRelay } from "#ingest/relay.ts";
import { createTracker } from "#ingest/tracker.ts";
import { fastSha256 } from "#services/log/fast-sha256.ts";
import type { Store } from "#store/connect.ts";
import { appendToInbox, type CursorName, ensureCursors, readCursors } from "#store/inbox.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import type { Reading, ReadingsStore } from "#store/readings/readings-store.ts";
import { deadLetters } from "#store/schema/dead-letters.ts";
import { type OpenedStore, openOnPostgres } from "../support/both-stores.ts";
import { pointOf, registerGateways } from "../support/gateway-network.ts";

const worker = { role: "worker" } as const;
const now = Date.now();
const limits = { maxBytes: 262_144, maxInflatedBytes: 2_097_152, maxReadings: 5_000 };
/** As if each message unpacked to all that is allowed: then a batch holds 16 of them, and one more. */
const batchMost = 17;
const messages = 40;

let house: OpenedStore;
let store: Store;
let readings: ReadingsStore;
beforeAll(async () => {
  house = await openOnPostgres();
  store = house.store;
  readings = openPostgresReadings(store);
  await store.as(worker, ensureCursors);
  await registerGateways(
    store,
    "t",
    ["gw-signed", "gw-plain", "gw-fails", "gw-doubt"].map((id) => ({ id })),
  );
});
afterAll(() => house?.stop());

/** Messages 1 to 40; of the first one's time, 20 brings the same value again and 30 another one. */
function send(gateway: string): Promise<void> {
  const readings = Array.from({ length: messages }, (_, at) => {
    const isOfFirst = at === 19 || at === 29;
    return { s: "t1", ts: now - 60_000 + (isOfFirst ? 1 : at + 1), t: at === 29 ? 6 : 5 };
  });
  return sendEach(gateway, 1, readings);
}

async function sendEach(gateway: string, boot: number, readings: readonly object[]): Promise<void> {
  const rows = readings.map((reading, at) => {
    const body = { v: 1, boot, seq: at + 1, sent: now, readings: [reading] };
    const payload = Buffer.from(JSON.stringify(body));
    const topic = `coldmark/v1/${gateway}/data`;
    return {
      receivedAt: now,
      gateway,
      topic,
      lane: "data",
      door: "test",
      payload,
      sha256: fastSha256(payload),
    };
  });
  await store.as(worker, (tx) => appendToInbox(tx, rows, Math.floor(now / 86_400_000)));
}

/** Decodes as ever, every message as large as can be, under a key's name if that is asked for; counts. */
function openDecoder(kid: string | null) {
  const seen = { count: 0 };
  const decode: Decode = (message, gateway) => {
    seen.count += 1;
    const decoded = decodeMessage(message, gateway, limits);
    if (decoded.kind !== "readings" || decoded.position === null) return decoded;
    const position = { ...decoded.position, kid };
    return { ...decoded, position, unpackedBytes: limits.maxInflatedBytes };
  };
  return { seen, decode };
}

const readerOn = (decode: Decode) => ({
  ...{ store, decode, book: openGatewayBook(store) },
  ...{ incoming: openRelay<never>(), outgoing: openRelay<never>() },
});

/** Nobody moves this cursor until it is let go. */
async function holdCursor(name: CursorName): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const over = store.as(worker, async (tx) => {
    await tx.execute(sql`select position from cursors where name = ${name} for update`);
    held.resolve();
    await done.promise;
  });
  await held.promise;
  return async () => {
    done.resolve();
    await over;
  };
}

async function trackAll(decode: Decode): Promise<number> {
  const tracker = createTracker(readerOn(decode));
  let sum = 0;
  for (let step = await tracker.next(now); step.messages > 0; step = await tracker.next(now)) {
    sum += step.messages;
  }
  return sum;
}

async function upToOf(gateway: string): Promise<number> {
  const { rows } = await store.as(worker, (tx) =>
    tx.execute<{ upTo: number }>(
      sql`select up_to as "upTo" from gateway_progress where gateway_id = ${gateway}`,
    ),
  );
  return rows[0]?.upTo ?? 0;
}

/** The readings store, and how many readings each write to it held. */
function watchWrites(): { batches: number[]; watched: ReadingsStore } {
  const batches: number[] = [];
  const write = async (own: readonly Reading[]) => {
    const refused = await readings.write(own);
    batches.push(own.length);
    return refused;
  };
  return { batches, watched: { ...readings, range: (asked) => readings.range(asked), write } };
}

it("checks the next signatures while the last messages are noted; what isn't signed waits for its turn", async () => {
  await send("gw-signed");
  const signed = openDecoder("gw-signed.key-1");
  const letGo = await holdCursor("tracker");
  const tracker = createTracker(readerOn(signed.decode));
  const first = tracker.next(now);
  await expect.poll(() => signed.seen.count).toBeGreaterThan(batchMost);
  await letGo();
  const { messages: noted } = await first;
  expect(noted).toBeLessThanOrEqual(batchMost);
  await tracker.end();
  expect(await trackAll(signed.decode)).toBe(messages - noted);
  expect(await upToOf("gw-signed")).toBe(messages);

  await send("gw-plain");
  const plain = openDecoder(null);
  const step = await createTracker(readerOn(plain.decode)).next(now);
  expect([step.messages, plain.seen.count]).toEqual([step.messages, step.messages]);
  expect(await trackAll(plain.decode)).toBe(messages - step.messages);
});

it("notes every message once though noting failed with the next ones under way", async () => {
  await send("gw-fails");
  const { seen, decode } = openDecoder("gw-fails.key-1");
  const letGo = await holdCursor("tracker");
  const tracker = createTracker(readerOn(decode));
  await expect(tracker.next(now)).rejects.toThrow();
  expect(seen.count).toBeGreaterThan(batchMost);
  await letGo();
  let sum = 0;
  for (let step = await tracker.next(now); step.messages > 0; step = await tracker.next(now)) {
    sum += step.messages;
  }
  expect([sum, await upToOf("gw-fails")]).toEqual([messages, messages]);
});

it("brings every reading to one end though settling failed when the next ones were written already", async () => {
  const { decode } = openDecoder(null);
  const { batches, watched } = watchWrites();
  const meters = createIngestMeters();
  const projector = createProjector({ ...readerOn(decode), readings: watched, graceMs: 0, meters });
  const letGo = await holdCursor("projector");
  await expect(projector.next(now)).rejects.toThrow();
  await expect.poll(() => batches.length).toBe(2);
  await letGo();
  while ((await projector.next(now)) > 0);
  const { cursor, letters } = await store.as(worker, async (tx) => ({
    cursor: (await readCursors(tx)).projector,
    letters: await tx.select().from(deadLetters),
  }));
  expect(cursor).toMatchObject({
    received: 3 * messages,
    stored: 3 * (messages - 2),
    duplicate: 3,
    deadLetter: 3,
  });
  expect(letters.map(({ reason }) => reason)).toEqual(["CONFLICT", "CONFLICT", "CONFLICT"]);
  for (const gateway of ["gw-signed", "gw-plain", "gw-fails"]) {
    const point = pointOf(gateway);
    const kept = await readings.range({ tenant: "t", points: [point], from: now - 60_000, to: now });
    expect(kept.map(({ tMilliC }) => tMilliC)).toEqual(Array(messages - 2).fill(5_000));
  }
});

it("keeps the first value though another process settled the last messages while the next ones were opened", async () => {
  const { decode } = openDecoder(null);
  const { batches, watched } = watchWrites();
  const parts = { readings: watched, graceMs: 0, meters: createIngestMeters() };
  // The point is known from before, so that its newest time is something to be wrong about.
  await sendEach("gw-doubt", 2, [{ s: "t1", ts: now - 70_000, t: 5 }]);
  await trackAll(decode);
  await createProjector({ ...readerOn(decode), ...parts }).next(now);
  await send("gw-doubt");
  await trackAll(decode);
  const gate = Promise.withResolvers<true>();
  /** What follows the first batch is opened only once that could not be settled. */
  const late: Decode = (message, gateway) => {
    const decoded = decode(message, gateway);
    if (decoded.kind !== "readings" || (decoded.position?.seq ?? 0) <= batchMost) return decoded;
    return { kind: "signed", unpackedBytes: 0, holds: gate.promise, read: () => decoded };
  };
  const projector = createProjector({ ...readerOn(late), ...parts });
  const letGo = await holdCursor("projector");
  await expect(projector.next(now)).rejects.toThrow();
  gate.resolve(true);
  await expect.poll(() => batches.length).toBe(3);
  await letGo();
  const other = createProjector({ ...readerOn(decode), ...parts });
  await other.next(now);
  await other.end();
  while ((await projector.next(now)) > 0);
  const { cursor, letters } = await store.as(worker, async (tx) => ({
    cursor: (await readCursors(tx)).projector,
    letters: (await tx.select().from(deadLetters)).filter(({ gateway }) => gateway === "gw-doubt"),
  }));
  expect(letters.map(({ reason }) => reason)).toEqual(["CONFLICT"]);
  expect(cursor).toMatchObject({ stored: 4 * (messages - 2) + 1, duplicate: 4, deadLetter: 4 });
  const asked = { tenant: "t", points: [pointOf("gw-doubt")], from: now - 60_000, to: now };
  expect((await readings.range(asked)).map(({ tMilliC }) => tMilliC)).toEqual(
    Array(messages - 2).fill(5_000),
  );
});
