import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ed25519 } from "@noble/curves/ed25519.js";
import { and, asc, count, eq, sql } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { loadConfig } from "#config";
import { fromBase64, toHex } from "#domain/log/bytes.ts";
import { verifySignature } from "#domain/log/signature.ts";
import { receiptToSign } from "#ingest/receipt.ts";
import { type Ingest, startIngest } from "#ingest/run.ts";
import { openStore, type Store } from "#store/connect.ts";
import { openInfluxReadings } from "#store/readings/influx.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { cursors } from "#store/schema/cursors.ts";
import { deadLetters } from "#store/schema/dead-letters.ts";
import { excursions } from "#store/schema/excursions.ts";
import { findings } from "#store/schema/findings.ts";
import { inbox } from "#store/schema/inbox.ts";
import { latestValues } from "#store/schema/latest-values.ts";
import { windows } from "#store/schema/windows.ts";
import {
  fridgeOf,
  gatewayPassword,
  pointOf,
  registerGateways,
  type TestGateway,
} from "../support/gateway-network.ts";
import { startInflux, type TestInflux } from "../support/influx.ts";
import { startMosquitto, type TestMosquitto, takeTooLarge } from "../support/mosquitto.ts";
import {
  bodyOf,
  connectGateway,
  type HeardReceipt,
  type MqttGateway,
  signedMessage,
} from "../support/mqtt-gateway.ts";
import { startPostgres, type TestPostgres } from "../support/postgres.ts";

const tenant = "pharmacy-1";
const receiptKey = { kid: "receipt-1", privateKey: new Uint8Array(32).fill(9) };
const ids = Array.from({ length: 30 }, (_, n) => `gw-${String(n + 1).padStart(2, "0")}`);
const stranger = "gw-stranger";
const network: TestGateway[] = ids.map((id) => ({ id, hasKey: true }));
const signing: TestGateway = { id: "gw-signing", hasKey: true, signatureRequired: true };
const withOldKey: TestGateway = { id: "gw-old-key", hasKey: true, keyRevokedAt: 1 };
const everyGateway = [...network, signing, withOldKey];

interface House {
  readonly kind: "embedded" | "outside";
  readonly store: Store;
  readonly readings: ReadingsStore;
  readonly ingest: Ingest;
  readonly mosquitto?: TestMosquitto;
  readonly influx?: TestInflux;
  readonly postgres?: TestPostgres;
  stop(): Promise<void>;
}

const log = pino({ level: "silent" });

async function openEmbedded(): Promise<House> {
  const folder = mkdtempSync(join(tmpdir(), "coldmark-ingest-"));
  const store = await openStore({ dataDir: folder });
  await registerGateways(store, tenant, everyGateway);
  const readings = openPostgresReadings(store);
  const config = loadConfig({ MQTT_PORT: "0" });
  const ingest = await startIngest({ store, readings, config, clock: Date.now, log, receiptKey });
  const stop = async () => {
    await ingest.stop();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { kind: "embedded", store, readings, ingest, stop };
}

/** The broker is down when ingestion starts, and comes a little later. */
async function openOutside(): Promise<House> {
  const passwords = Object.fromEntries(
    [...everyGateway.map(({ id }) => id), stranger].map((id) => [id, gatewayPassword]),
  );
  const [postgres, influx, mosquitto] = await Promise.all([
    startPostgres(),
    startInflux(),
    startMosquitto(passwords, { started: false, change: takeTooLarge }),
  ]);
  const store = await openStore({ databaseUrl: postgres.url, dataDir: tmpdir() });
  await registerGateways(store, tenant, everyGateway);
  const readings = openInfluxReadings({ url: influx.url, version: 1, database: "coldmark" });
  const config = loadConfig({
    MQTT_URL: mosquitto.url,
    MQTT_USERNAME: mosquitto.collector.username,
    MQTT_PASSWORD: mosquitto.collector.password,
  });
  const ingest = await startIngest({ store, readings, config, clock: Date.now, log, receiptKey });
  expect((await ingest.status()).broker).toBe("down");
  await mosquitto.restart();
  await vi.waitFor(() => expect(ingest.broker.state()).toBe("up"), { timeout: 20_000 });
  const stop = async () => {
    await ingest.stop();
    await store.close();
    await Promise.all([mosquitto.stop(), influx.stop(), postgres.stop()]);
  };
  return { kind: "outside", store, readings, ingest, mosquitto, influx, postgres, stop };
}

describe.each([
  ["PGlite, broker inside", openEmbedded],
  ["PostgreSQL, Mosquitto, InfluxDB", openOutside],
])("ingestion: %s", (_name, open) => {
  let house: House;
  let store: Store;
  const unused = [...ids];
  const connected: MqttGateway[] = [];

  beforeAll(async () => {
    house = await open();
    store = house.store;
  });
  afterAll(async () => {
    for (const gateway of connected) await gateway.close();
    await house?.stop();
  });

  /** The embedded kind has no part that could be away by itself. */
  const outsideOnly = test.skipIf(open === openEmbedded);
  const worker = { role: "worker" } as const;
  const connect = async (id = unused.shift() ?? "") => {
    const gateway = await connectGateway(house.ingest.broker.url, id);
    connected.push(gateway);
    return gateway;
  };

  /** Waits until so many messages of a gateway are in the inbox and the projector is past them. */
  const projected = (gateway: string, messages: number) =>
    expect
      .poll(
        () =>
          store.as(worker, async (tx) => {
            const position = tx
              .select({ at: cursors.position })
              .from(cursors)
              .where(eq(cursors.name, "projector"));
            const rows = await tx
              .select({ n: count() })
              .from(inbox)
              .where(and(eq(inbox.gateway, gateway), sql`${inbox.id} <= (${position})`));
            return rows[0]?.n;
          }),
        { timeout: 30_000, interval: 50 },
      )
      .toBe(messages);

  const storedOf = (gateway: string) =>
    house.readings.range({ tenant, points: [pointOf(gateway)], from: 0, to: 4_000_000_000_000 });
  const lettersOf = (gateway: string) =>
    store.as(worker, (tx) =>
      tx.select().from(deadLetters).where(eq(deadLetters.gateway, gateway)).orderBy(asc(deadLetters.id)),
    );
  const at = (t: number, ts = Date.now()) => ({ s: "t1", ts, t });

  test("an unsigned and a signed message are stored, each with its source", async () => {
    const gateway = await connect();
    const now = Date.now();
    await gateway.publish(
      "data",
      bodyOf(1, 1, [
        { ...at(4.2005, now - 60_000), rh: 55.15, door: false, power: true, lat: 31.2, lon: -121.4 },
      ]),
    );
    const signed = bodyOf(1, 2, [at(-0, now), { s: "t1", ts: now + 1, err: "open" }]);
    await gateway.publish(
      "data",
      signedMessage(`coldmark/v1/${gateway.id}/data`, signed, `${gateway.id}.key-1`),
    );
    await projected(gateway.id, 2);
    const common = { tenant, point: pointOf(gateway.id), equipmentId: fridgeOf(gateway.id), late: false };
    expect(await storedOf(gateway.id)).toMatchObject([
      {
        ...common,
        ts: now - 60_000,
        tMilliC: 4_201,
        rhPermille: 552,
        door: false,
        power: true,
        lat: 31.2,
        lon: -121.4,
        err: null,
        signedBy: null,
      },
      { ...common, ts: now, tMilliC: 0, signedBy: `${gateway.id}.key-1` },
      { ...common, ts: now + 1, tMilliC: null, err: "open", signedBy: `${gateway.id}.key-1` },
    ]);
    expect(await lettersOf(gateway.id)).toEqual([]);
  });

  test("receipts verify: signature, running hash, holes; the same bytes again are receipted again", async () => {
    const gateway = await connect();
    const bodies = [1, 2, 3, 4, 5].map((seq) => bodyOf(9, seq, [at(5, Date.now() - 10_000 + seq)]));
    const send = (seq: number) => gateway.publish("data", bodies[seq - 1] ?? "");
    await send(1);
    await send(4);
    const withHole = await gateway.receipt((receipt) => receipt.also.length > 0);
    expect(withHole).toMatchObject({
      boot: 9,
      upTo: 1,
      also: [[4, 4]],
      hash: runningHash(bodies.slice(0, 1)),
    });
    await send(3);
    await send(2);
    await send(5);
    const whole = await gateway.receipt((receipt) => receipt.upTo === 5);
    expect(whole).toMatchObject({ also: [], hash: runningHash(bodies) });
    for (const receipt of gateway.receipts) expect(holds(gateway.id, receipt)).toBe(true);
    expect(holds(gateway.id, { ...whole, upTo: 6 })).toBe(false);
    const heard = gateway.receipts.length;
    await send(2);
    await expect.poll(() => gateway.receipts.length, { timeout: 10_000 }).toBeGreaterThan(heard);
    await projected(gateway.id, 6);
    expect(await storedOf(gateway.id)).toHaveLength(5);
  });

  test.each<[string, string, string | Uint8Array | ((now: number) => string)]>([
    ["malformed JSON", "MALFORMED", '{"v":1,'],
    ["an empty message", "MALFORMED", ""],
    ["bytes that are no UTF-8", "MALFORMED", Uint8Array.of(0xff, 0xfe, 0x7b)],
    ["a byte order mark", "MALFORMED", "\uFEFF{}"],
    ["NaN", "MALFORMED", '{"v":1,"boot":1,"seq":1,"sent":1,"readings":[{"s":"t1","ts":1,"t":NaN}]}'],
    ["duplicate keys", "MALFORMED", '{"v":1,"v":1}'],
    ["a prototype key", "MALFORMED", '{"__proto__":{"x":1}}'],
    ["200,000 nested arrays", "MALFORMED", "[".repeat(200_000)],
    ["an array", "BAD_SHAPE", "[]"],
    ["a fraction as seq", "BAD_SHAPE", '{"v":1,"boot":1,"seq":1.5,"sent":1,"readings":[]}'],
    ["no readings", "TOO_MANY_READINGS", bodyOf(1, 1, [])],
    [
      "5,001 readings",
      "TOO_MANY_READINGS",
      bodyOf(
        1,
        2,
        Array.from({ length: 5_001 }, () => 0),
      ),
    ],
    ["an unknown key in the body", "BAD_SHAPE", '{"v":1,"boot":1,"seq":3,"sent":1,"readings":[],"site":"x"}'],
    ["300 kB", "TOO_LARGE", JSON.stringify({ v: "x".repeat(300_000) })],
    ["text as value", "BAD_VALUE", (now) => bodyOf(1, 4, [{ s: "t1", ts: now, t: "5" }])],
    ["1e400", "BAD_VALUE", (now) => bodyOf(1, 5, [{ s: "t1", ts: now, t: 5 }]).replace('"t":5', '"t":1e400')],
    ["no value", "BAD_VALUE", (now) => bodyOf(1, 6, [{ s: "t1", ts: now }])],
    ["151 °C", "IMPLAUSIBLE", (now) => bodyOf(1, 7, [{ s: "t1", ts: now, t: 151 }])],
    ["an unknown sensor", "UNKNOWN_SENSOR", (now) => bodyOf(1, 8, [{ s: "t9", ts: now, t: 5 }])],
    ["a time 6 minutes ahead", "FUTURE_TIME", (now) => bodyOf(1, 9, [{ s: "t1", ts: now + 360_000, t: 5 }])],
    ["no time", "NO_CLOCK", bodyOf(1, 10, [{ s: "t1", t: 5 }])],
    [
      "seconds instead of ms",
      "NO_CLOCK",
      (now) => bodyOf(1, 11, [{ s: "t1", ts: Math.floor(now / 1_000), t: 5 }]),
    ],
    ["a key that is not enrolled", "UNKNOWN_KEY", '{"v":1,"kid":"k","alg":"Ed25519","sig":"","body":""}'],
  ])("%s becomes the dead letter %s; the sender stays and goes on", async (_what, reason, payload) => {
    const gateway = await badSender();
    const before = await lettersOf(gateway.id);
    const good = await storedOf(gateway.id);
    const sent = await messagesOf(gateway.id);
    await gateway.publish("data", typeof payload === "function" ? payload(Date.now()) : payload);
    await gateway.publish("data", bodyOf(2, sent + 1, [at(5, Date.now() - 3_600_000 + sent)]));
    await projected(gateway.id, sent + 2);
    const added = (await lettersOf(gateway.id)).slice(before.length);
    expect(added.map((letter) => letter.reason)).toEqual([reason]);
    expect(added[0]?.payload.length).toBeLessThanOrEqual(65_536);
    expect(await storedOf(gateway.id)).toHaveLength(good.length + 1);
    expect(gateway.client.connected).toBe(true);
  });

  let shared: MqttGateway | undefined;
  const badSender = async () => {
    shared ??= await connect();
    return shared;
  };
  const messagesOf = async (gateway: string) => {
    const rows = await store.as(worker, (tx) =>
      tx.select({ n: count() }).from(inbox).where(eq(inbox.gateway, gateway)),
    );
    return rows[0]?.n ?? 0;
  };

  test("signatures: wrong bytes, another topic, another key, a revoked key, none where one is required", async () => {
    const gateway = await connect(signing.id);
    const [topic, kid] = [`coldmark/v1/${signing.id}/data`, `${signing.id}.key-1`];
    const body = bodyOf(1, 1, [at(5)]);
    const right = signedMessage(topic, body, kid);
    await gateway.publish("data", right.replace('"body":"', '"body":"AAAA'));
    await gateway.publish("hist", right);
    await projected(gateway.id, 2); // live messages go before back-filled ones
    await gateway.publish("data", signedMessage(topic, body, kid, new Uint8Array(32).fill(8)));
    await gateway.publish("data", right.replace("Ed25519", "none"));
    await gateway.publish("data", body);
    await gateway.publish("data", right);
    await projected(gateway.id, 6);
    expect((await lettersOf(gateway.id)).map((letter) => letter.reason)).toEqual([
      "BAD_SIGNATURE",
      "BAD_SIGNATURE",
      "BAD_SIGNATURE",
      "BAD_SIGNATURE",
      "SIGNATURE_REQUIRED",
    ]);
    expect(await storedOf(gateway.id)).toHaveLength(1);
    const old = await connect(withOldKey.id);
    const oldTopic = `coldmark/v1/${withOldKey.id}/data`;
    await old.publish("data", signedMessage(oldTopic, body, `${withOldKey.id}.key-1`));
    await projected(old.id, 1);
    expect((await lettersOf(old.id)).map((letter) => letter.reason)).toEqual(["UNKNOWN_KEY"]);
    expect(gateway.client.connected).toBe(true);
  });

  test("a topic of another gateway changes nothing there, and the sender stays", async () => {
    const [gateway, victim] = [await connect(), await connect()];
    const topics = ["data", "receipt", "command"].map((lane) => `coldmark/v1/${victim.id}/${lane}`);
    for (const topic of [
      ...topics,
      `coldmark/v1/${gateway.id}/receipt`,
      "coldmark/v1//data",
      `x/${gateway.id}`,
    ]) {
      await gateway.publishTo(topic, bodyOf(1, 1, [at(5)]));
    }
    await gateway.publish("data", bodyOf(1, 1, [at(5)]));
    await gateway.receipt((receipt) => receipt.upTo === 1);
    await projected(gateway.id, house.kind === "embedded" ? 7 : 1);
    expect(gateway.receipts.every((receipt) => holds(gateway.id, receipt))).toBe(true);
    expect(await storedOf(victim.id)).toEqual([]);
    expect(victim.receipts).toEqual([]);
    const reasons = (await lettersOf(gateway.id)).map((letter) => letter.reason);
    expect(reasons).toEqual(house.kind === "embedded" ? Array(6).fill("WRONG_TOPIC") : []);
    expect(gateway.client.connected).toBe(true);
  });

  test("nobody hears another gateway's receipts, or everything", async () => {
    const gateway = await connect();
    const listener = await connect();
    const heard: string[] = [];
    listener.client.on("message", (topic) => heard.push(topic));
    for (const filter of ["#", "coldmark/#", `coldmark/v1/${gateway.id}/receipt`]) {
      await listener.client.subscribeAsync(filter, { qos: 1 }).catch(() => undefined);
    }
    await gateway.publish("data", bodyOf(1, 1, [at(5)]));
    await gateway.receipt((receipt) => receipt.upTo === 1);
    await listener.publish("data", bodyOf(1, 1, [at(5)]));
    await listener.receipt((receipt) => receipt.upTo === 1);
    expect(heard.filter((topic) => !topic.includes(listener.id))).toEqual([]);
  });

  test("the same key again is a duplicate, another value a conflict and a finding; a seq holds one message", async () => {
    const gateway = await connect();
    const now = Date.now();
    const first = bodyOf(1, 1, [at(5, now), at(5, now), at(6, now)]);
    await gateway.publish("data", first);
    await gateway.publish("data", first);
    await gateway.publish("data", bodyOf(1, 2, [at(5, now), at(7, now), at(5.5, now + 1)]));
    await gateway.publish("data", bodyOf(1, 2, [at(5.6, now + 2)]));
    await projected(gateway.id, 4);
    const ends = (await lettersOf(gateway.id)).map(({ reason, readingIndex }) => `${reason} ${readingIndex}`);
    expect(ends.toSorted()).toEqual(["CONFLICT 1", "CONFLICT 2", "SEQ_CONFLICT null"]);
    expect((await storedOf(gateway.id)).map(({ ts, tMilliC }) => [ts, tMilliC])).toEqual([
      [now, 5_000],
      [now + 1, 5_500],
    ]);
    const found = await store.as(worker, (tx) =>
      tx
        .select({ kind: findings.kind, subject: findings.subject })
        .from(findings)
        .orderBy(asc(findings.kind)),
    );
    const own = found.filter(({ subject }) => [gateway.id, pointOf(gateway.id)].includes(subject));
    expect(own.map(({ kind }) => kind)).toEqual(["READING_CONFLICT", "READING_CONFLICT", "SEQ_CONFLICT"]);
  });

  test("out of order and back-filled: kept, marked late, its windows asked for; the newest value stays", async () => {
    const gateway = await connect();
    const now = Date.now();
    const yesterday = now - 86_400_000;
    await gateway.publish("data", bodyOf(1, 1, [at(5, now)]));
    await gateway.publish("hist", bodyOf(1, 2, [at(4, yesterday + 1), at(3, yesterday)]));
    await projected(gateway.id, 2);
    expect((await storedOf(gateway.id)).map(({ tMilliC, late }) => [tMilliC, late])).toEqual([
      [3_000, true],
      [4_000, true],
      [5_000, false],
    ]);
    const asked = await store.as(worker, (tx) =>
      tx
        .select()
        .from(windows)
        .where(eq(windows.equipmentId, fridgeOf(gateway.id))),
    );
    const fromMs = Math.floor(yesterday / 3_600_000) * 3_600_000;
    expect(asked).toMatchObject([
      { fromMs, toMs: fromMs + 3_600_000, dirty: true, versions: 0, sealedAt: null },
    ]);
    const latest = await store.as(worker, (tx) =>
      tx
        .select()
        .from(latestValues)
        .where(eq(latestValues.point, pointOf(gateway.id))),
    );
    expect(latest).toMatchObject([{ ts: now, tMilliC: 5_000 }]);
  });

  test("excursions: strict limits, the extreme kept, closed by the first reading inside, also in hindsight", async () => {
    const gateway = await connect();
    const start = Date.now() - 600_000;
    const minute = (n: number, t: number) => at(t, start + n * 60_000);
    await gateway.publish(
      "data",
      bodyOf(1, 1, [minute(0, 8), minute(1, 8.001), minute(2, 9), minute(4, 8), minute(5, 5)]),
    );
    await projected(gateway.id, 1);
    const rows = () =>
      store.as(worker, (tx) =>
        tx
          .select()
          .from(excursions)
          .where(eq(excursions.point, pointOf(gateway.id)))
          .orderBy(asc(excursions.fromTs)),
      );
    const first = {
      direction: "high",
      fromTs: start + 60_000,
      toTs: start + 240_000,
      extremeMilliC: 9_000,
      limitMilliC: 8_000,
    };
    expect(await rows()).toMatchObject([first]);
    await gateway.publish("hist", bodyOf(1, 2, [minute(3, 9.5), minute(-5, 1.5), minute(-4, 3)]));
    await projected(gateway.id, 2);
    expect(await rows()).toMatchObject([
      {
        direction: "low",
        fromTs: start - 300_000,
        toTs: start - 240_000,
        extremeMilliC: 1_500,
        limitMilliC: 2_000,
      },
      { ...first, extremeMilliC: 9_500 },
    ]);
    await gateway.publish("hist", bodyOf(1, 3, [at(8.5, start + 30_000)]));
    await projected(gateway.id, 3);
    expect((await rows())[1]).toMatchObject({ ...first, fromTs: start + 30_000, extremeMilliC: 9_500 });
  });

  test("a device without a clock is placed by the time of receipt; in the back-fill lane it can't be", async () => {
    const gateway = await connect();
    const before = Date.now();
    await gateway.publish("data", bodyOf(1, 1, [{ s: "t1", up: 50_000, t: 5 }], 60_000));
    await gateway.publish("hist", bodyOf(1, 2, [{ s: "t1", up: 50_000, t: 5 }], 60_000));
    await projected(gateway.id, 2);
    const [reading] = await storedOf(gateway.id);
    expect(reading?.ts).toBe((reading?.receivedAt ?? 0) - 10_000);
    expect(reading?.receivedAt).toBeGreaterThanOrEqual(before);
    expect((await lettersOf(gateway.id)).map((letter) => letter.reason)).toEqual(["NO_CLOCK"]);
  });

  test("status messages are kept and hold no readings; a gateway that nobody registered gets no further", async () => {
    const gateway = await connect();
    await gateway.publish("status", '{"online":true}');
    await projected(gateway.id, 1);
    expect(await lettersOf(gateway.id)).toEqual([]);
    if (house.kind === "embedded") {
      await expect(connectGateway(house.ingest.broker.url, stranger)).rejects.toThrow();
      return;
    }
    const unknown = await connect(stranger);
    await unknown.publish("data", bodyOf(1, 1, [at(5)]));
    await projected(stranger, 1);
    expect((await lettersOf(stranger)).map(({ reason, tenantId }) => [reason, tenantId])).toEqual([
      ["UNKNOWN_GATEWAY", null],
    ]);
    expect(unknown.receipts).toEqual([]);
  });

  test("a wrong password opens nothing", async () => {
    const { connectAsync } = await import("mqtt");
    const sign = {
      protocolVersion: 4,
      clientId: ids[0] ?? "",
      username: ids[0] ?? "",
      password: "wrong",
      reconnectPeriod: 0,
    } as const;
    await expect(connectAsync(house.ingest.broker.url, sign)).rejects.toThrow();
  });

  outsideOnly("the readings store down: receipts go on, the projector waits and catches up", async () => {
    const { influx } = house;
    if (!influx) throw new Error("no InfluxDB");
    const gateway = await connect();
    await influx.down();
    await gateway.publish("data", bodyOf(1, 1, [at(5)]));
    await gateway.receipt((receipt) => receipt.upTo === 1);
    await expect.poll(async () => (await house.ingest.status()).readings).toBe("down");
    expect((await house.ingest.status()).lag?.messages).toBeGreaterThan(0);
    await influx.restart();
    await projected(gateway.id, 1);
    expect(await storedOf(gateway.id)).toHaveLength(1);
    expect(await house.ingest.status()).toMatchObject({
      readings: "up",
      broker: "up",
      inbox: "up",
      lag: { messages: 0 },
    });
  });

  outsideOnly(
    "PostgreSQL or the broker killed on the way: every message comes to be, none twice",
    async () => {
      const { postgres, mosquitto } = house;
      if (!postgres || !mosquitto) throw new Error("no PostgreSQL or Mosquitto");
      const gateway = await connect();
      const now = Date.now();
      const total = 400;
      const bodies = Array.from({ length: total }, (_, n) => bodyOf(1, n + 1, [at(5, now - total + n)]));
      for (const body of bodies.slice(0, 150)) await gateway.publish("data", body);
      await postgres.kill9();
      for (const body of bodies.slice(150, 300)) await gateway.publish("data", body);
      await postgres.restart();
      for (const body of bodies.slice(300)) await gateway.publish("data", body);
      const receipt = await gateway.receipt(({ upTo }) => upTo === total);
      expect(receipt.hash).toBe(runningHash(bodies));
      await expect.poll(async () => (await house.ingest.status()).lag?.messages, { timeout: 30_000 }).toBe(0);
      expect(await storedOf(gateway.id)).toHaveLength(total);
      await mosquitto.kill9();
      await mosquitto.restart();
      await expect.poll(() => house.ingest.broker.state(), { timeout: 30_000 }).toBe("up");
      const again = await connectGateway(mosquitto.url, gateway.id);
      connected.push(again);
      await again.publish("data", bodyOf(1, total + 1, [at(5, now)]));
      expect((await again.receipt(({ upTo }) => upTo === total + 1)).also).toEqual([]);
    },
  );

  test("every reading came to exactly one end", async () => {
    await expect.poll(async () => (await house.ingest.status()).lag?.messages, { timeout: 30_000 }).toBe(0);
    const { counters } = await house.ingest.status();
    if (!counters) throw new Error("no counters");
    const { received, stored, duplicate, deadLetter, inFlight } = counters;
    expect(received).toBe(stored + duplicate + deadLetter + inFlight);
    expect(inFlight).toBe(0);
    const points = everyGateway.map(({ id }) => pointOf(id));
    const rows = await house.readings.range({ tenant, points, from: 0, to: 4_000_000_000_000 });
    expect(rows).toHaveLength(stored);
    const letters = await store.as(worker, (tx) => tx.select({ n: count() }).from(deadLetters));
    expect(letters[0]?.n).toBe(deadLetter);
  });
});

function holds(gateway: string, receipt: HeardReceipt): boolean {
  const { sig, ...unsigned } = receipt;
  const message = receiptToSign(`coldmark/v1/${gateway}/receipt`, unsigned);
  return verifySignature("Ed25519", ed25519.getPublicKey(receiptKey.privateKey), message, fromBase64(sig));
}

function runningHash(messages: readonly string[]): string {
  const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  let hash: Uint8Array = new Uint8Array(32);
  for (const message of messages) hash = sha256(hash, sha256(Buffer.from(message)));
  return toHex(new Uint8Array(hash));
}
