/** The bad payloads of reliability.md §2.2, by name, through a real door to their end; where design §4 differs it wins. */
import { createHash, randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { eq } from "drizzle-orm";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { fromBase64, toBase64 } from "#domain/log/bytes.ts";
import { parseStrictJson } from "#domain/log/strict-json.ts";
import type { DeadLetterReason } from "#store/dead-letters.ts";
import { readProgress } from "#store/gateway-progress.ts";
import { excursions } from "#store/schema/excursions.ts";
import { sensors } from "#store/schema/sensors.ts";
import { fridgeOf, noteChange, pointOf, type TestGateway } from "../support/gateway-network.ts";
import { type House, openEmbeddedHouse, openHouseBehind, openOutsideHouse } from "../support/ingest-house.ts";
import { bodyOf, connectGateway, type MqttGateway, signedMessage } from "../support/mqtt-gateway.ts";
import { strayEnds } from "../support/one-end.ts";
import { type OwnMosquitto, startOwnMosquitto } from "../support/own-mosquitto.ts";

const inTime = { timeout: 30_000 };
const dayMs = 86_400_000;
const minuteMs = 60_000;
const ids = Array.from({ length: 30 }, (_, n) => `gw-${String(n + 1).padStart(2, "0")}`);
const open: TestGateway[] = ids.map((id) => ({ id, hasKey: true }));
const signing: TestGateway[] = ["gw-sign-1", "gw-sign-2", "gw-sign-3", "gw-sign-4", "gw-sign-5"].map(
  (id) => ({
    id,
    hasKey: true,
    signatureRequired: true,
  }),
);
const oldKey: TestGateway = { id: "gw-old-key", hasKey: true, keyRevokedAt: 1 };
const neighbour: TestGateway = { id: "gw-neighbour" };
const foreign: TestGateway = { id: "gw-foreign", hasKey: true };
const otherKey = new Uint8Array(32).fill(8);

/** A payload, and why it, or one of its readings, is set aside; null for one that is taken. */
type Case = readonly [payload: string | Uint8Array, reason: DeadLetterReason | DeadLetterReason[] | null];

/** A hole in the numbers that is as old counts as a gap, and is looked for ten times as often. */
const gapAfterMs = 1_000;
const settings = { GAP_AFTER_MS: String(gapAfterMs) };
let aheadMs = 0;
const network = {
  gateways: { shop: [...open, ...signing, oldKey, neighbour], rival: [foreign] },
  clock: () => Date.now() + aheadMs,
  settings,
};

describe.each([
  ["PGlite, broker inside", openEmbeddedHouse],
  ["PostgreSQL, Mosquitto, InfluxDB", openOutsideHouse],
])("bad payloads: %s", (_name, openHouse) => {
  let house: House;
  let good: MqttGateway;
  let told = 0;
  const unused = [...ids];
  const connected: MqttGateway[] = [];

  beforeAll(async () => {
    house = await openHouse(network);
    good = await connect(neighbour.id);
  });
  afterAll(async () => {
    for (const gateway of connected) await gateway.close();
    await house?.stop();
  });

  /** The neighbour's next message is stored, every gateway is still connected, and the books are even. */
  afterEach(async () => {
    aheadMs = 0;
    told += 1;
    await good.publish("data", bodyOf(1, told, [at(5, Date.now() - dayMs + told)]));
    await house.projected(good.id, told);
    await house.settled();
    expect((await house.lettersOf(good.id)).length).toBe(0);
    expect((await house.storedOf(good.id)).length).toBe(told);
    expect(connected.filter(({ client }) => !client.connected).map(({ id }) => id)).toEqual([]);
    const { counters } = await house.ingest.status();
    const { received = 0, stored = 0, duplicate = 0, deadLetter = 0, inFlight = 0 } = counters ?? {};
    expect(received).toBe(stored + duplicate + deadLetter + inFlight);
  });

  const connect = async (id = unused.shift() ?? "") => {
    const gateway = await connectGateway(house.ingest.broker.url, id);
    connected.push(gateway);
    return gateway;
  };
  const at = (t: unknown, ts: unknown = Date.now()) => ({ s: "t1", ts, t });
  const receiptedAt = (gateway: string, boot: number) =>
    house.store.as({ role: "worker" }, async (tx) => {
      const [progress] = await readProgress(tx, [gateway], [boot]);
      return progress?.receiptedAt ?? null;
    });
  /** Points beside the one that each gateway has, by gateway and channel. */
  const added = new Map<string, string>();
  const addSensor = async (tenantId: string, gatewayId: string, channel: string, point: string) => {
    added.set(`${gatewayId} ${channel}`, point);
    await house.store.as({ role: "app", tenant: tenantId }, async (tx) => {
      await tx.insert(sensors).values({
        ...{ tenantId, id: `s-${point}`, point, gatewayId, channel },
        ...{ equipmentId: null, since: 0, acceptedAt: 0, offline: false },
      });
      await noteChange(tx, tenantId);
    });
  };

  /** Sends each on one lane of a fresh gateway; every bad one must become one dead letter with its bytes, in order. */
  const sendEach = async (cases: readonly Case[], { lane = "data", from = unused.shift() ?? "" } = {}) => {
    const gateway = await connect(from);
    for (const [payload] of cases) await gateway.publish(lane, payload);
    await house.projected(gateway.id, cases.length);
    const raw = await house.rawOf(gateway.id);
    expect(raw.map(({ payload }) => Buffer.from(payload))).toEqual(
      cases.map(([bytes]) => Buffer.from(bytes)),
    );
    const letters = await house.lettersOf(gateway.id);
    const ends = raw.map(({ id }) => letters.filter(({ inboxId }) => inboxId === id));
    const reasons = ends.map((own) => own.map(({ reason }) => reason).join(" and ") || null);
    const wanted = cases.map(([, reason], n) =>
      Array.isArray(reason) ? (reason.find((one) => one === reasons[n]) ?? reason) : reason,
    );
    expect(reasons).toEqual(wanted);
    for (const [n, [letter]] of ends.entries()) {
      if (!letter || letter.readingIndex !== null) continue;
      expect(Buffer.from(letter.payload)).toEqual(Buffer.from(raw[n]?.payload ?? "").subarray(0, 65_536));
    }
    return gateway;
  };
  /** Bodies of one boot, numbered, each with one reading whose text is given as it stands. */
  const numbered = (readings: readonly (readonly [text: string, reason: Case[1]])[]): Case[] =>
    readings.map(([text, reason], n) => [
      bodyOf(1, n + 1, []).replace('"readings":[]', () => `"readings":[${text}]`),
      reason,
    ]);
  const valued = (value: string, n: number) => `{"s":"t1","ts":${Date.now() - minuteMs + n},"t":${value}}`;

  test("M21 empty, null, [], text, {, BOM, UTF-16, invalid UTF-8: one dead letter each, malformed", async () => {
    const unreadable: DeadLetterReason[] = ["MALFORMED", "BAD_SHAPE"];
    await sendEach([
      ["", "MALFORMED"],
      ["null", unreadable],
      ["[]", unreadable],
      ['"x"', unreadable],
      ["{", "MALFORMED"],
      [`\uFEFF${bodyOf(1, 1, [at(5)])}`, "MALFORMED"],
      [Buffer.from(bodyOf(1, 1, [at(5)]), "utf16le"), unreadable],
      [Buffer.concat([Buffer.from('{"v":"'), Uint8Array.of(0xc3, 0x28), Buffer.from('"}')]), "MALFORMED"],
    ]);
  });

  test("M22 10 kB of [, 200,000 nested, 60,000 keys (10^5 are more than a packet may hold): set aside quickly, no RangeError", async () => {
    const manyKeys = (keys: number) => `{${Array.from({ length: keys }, (_, n) => `"k${n}":1`).join(",")}}`;
    const unreadable: DeadLetterReason[] = ["MALFORMED", "BAD_SHAPE"];
    await sendEach([
      ["[".repeat(10_000), "MALFORMED"],
      ["[".repeat(200_000), "MALFORMED"],
      [`${'{"a":'.repeat(9)}1${"}".repeat(9)}`, unreadable],
      [manyKeys(60_000), "TOO_LARGE"],
      [manyKeys(20_000), unreadable],
      [bodyOf(1, 1, [JSON.parse(manyKeys(65))]), "BAD_VALUE"],
    ]);
    const limits = { maxBytes: 262_144, maxDepth: 8 };
    const tries = Array.from({ length: 9 }, () => {
      const start = performance.now();
      expect(() => parseStrictJson("[".repeat(200_000), limits)).toThrow("nested deeper");
      return performance.now() - start;
    });
    expect(tries.sort((a, b) => a - b)[4]).toBeLessThan(5);
  });

  test("M23 gzip and zstd bombs: nothing is unpacked past 2 MiB, one dead letter each", async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024), { level: 9 });
    expect(bomb.length).toBeLessThan(110_000);
    const inside = gzipSync(`${bodyOf(1, 1, []).slice(0, -2)}${" ".repeat(3 * 1024 * 1024)}]}`);
    const zstd = Buffer.concat([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd), randomBytes(200)]);
    const before = process.memoryUsage().rss;
    const refused: DeadLetterReason[] = ["MALFORMED", "TOO_LARGE"];
    const cut = gzipSync(bodyOf(1, 2, [at(5)])).subarray(0, 40);
    await sendEach([
      [bomb, refused],
      [inside, refused],
      [gzipSync(bomb), [...refused, "BAD_SHAPE"]],
      [zstd, [...refused, "BAD_SHAPE"]],
      [cut, refused],
    ]);
    expect(process.memoryUsage().rss - before).toBeLessThan(90 * 1024 * 1024);
  });

  test("M24 NaN, Infinity, 1e400, a number of 400 digits: not finite, set aside", async () => {
    const gateway = await sendEach(
      numbered([
        [valued("NaN", 1), "MALFORMED"],
        [valued("Infinity", 2), "MALFORMED"],
        [valued("1e400", 3), "BAD_VALUE"],
        [valued("-1e400", 4), "BAD_VALUE"],
        [valued("9".repeat(400), 5), "BAD_VALUE"],
      ]),
    );
    expect(await house.storedOf(gateway.id)).toEqual([]);
  });

  test('M25 "5", "5°C", true, null, {"$gt":0} as value: wrong type, never converted', async () => {
    const values = ['"5"', '"5°C"', "true", "null", '{"$gt":0}', "[5]"];
    const gateway = await sendEach(numbered(values.map((value, n) => [valued(value, n), "BAD_VALUE"])));
    expect(await house.storedOf(gateway.id)).toEqual([]);
    expect(
      (await house.lettersOf(gateway.id)).map(({ payload }) => JSON.parse(String(Buffer.from(payload))).t),
    ).toEqual(values.map((value) => JSON.parse(value)));
  });

  test("M26 −0, 5e-324, 25.123456789012345: stored in one form, the same when read back and sent again", async () => {
    const ts = Date.now() - minuteMs;
    const values = ["-0", "5e-324", "25.123456789012345", "0.0005", "-0.0005"];
    const readings = values.map((value, n) => `{"s":"t1","ts":${ts + n},"t":${value}}`);
    const gateway = await sendEach(numbered(readings.map((text) => [text, null])));
    const stored = (await house.storedOf(gateway.id)).map(({ tMilliC }) => tMilliC);
    expect(stored).toEqual([0, 0, 25_123, 1, 0]);
    expect(stored.every((value) => !Object.is(value, -0))).toBe(true);
    await gateway.publish(
      "data",
      bodyOf(
        2,
        1,
        [0, 0, 25.123, 0.001, 0].map((t, n) => at(t, ts + n)),
      ),
    );
    await house.projected(gateway.id, values.length + 1);
    expect(await house.lettersOf(gateway.id)).toEqual([]);
    expect(await house.storedOf(gateway.id)).toHaveLength(values.length);
  });

  test("M27 −500 °C, +1000 °C, −127: implausible, a dead letter (design §4); 85.0 stands and is out of range", async () => {
    const gateway = await sendEach(
      numbered([
        [valued("-500", 1), "IMPLAUSIBLE"],
        [valued("1000", 2), "IMPLAUSIBLE"],
        [valued("-127", 3), "IMPLAUSIBLE"],
        [valued("85.0", 4), null],
      ]),
    );
    expect((await house.storedOf(gateway.id)).map(({ tMilliC }) => tMilliC)).toEqual([85_000]);
    const out = await house.store.as({ role: "worker" }, (tx) =>
      tx
        .select()
        .from(excursions)
        .where(eq(excursions.point, pointOf(gateway.id))),
    );
    expect(out).toMatchObject([{ direction: "high", extremeMilliC: 85_000, toTs: null }]);
  });

  test("M28 unit F, k, missing, ℃: a native reading names no unit (t is °C), one that does is set aside", async () => {
    const unit = (text: string, n: number) => valued("5", n).replace("}", `,"unit":${JSON.stringify(text)}}`);
    const gateway = await sendEach(
      numbered([
        [unit("F", 1), "BAD_VALUE"],
        [unit("k", 2), "BAD_VALUE"],
        [unit("℃", 3), "BAD_VALUE"],
        [unit("°C", 4), "BAD_VALUE"],
        [valued("5", 5), null],
      ]),
    );
    expect((await house.storedOf(gateway.id)).map(({ tMilliC }) => tMilliC)).toEqual([5_000]);
  });

  test("M29 ts absent, 0, negative, s, µs, ns, text, 2^53+1, edges of ns: a dead letter (design §4), no row", async () => {
    const now = Date.now();
    const times: [string, DeadLetterReason][] = [
      ["0", "NO_CLOCK"],
      ["-1", "NO_CLOCK"],
      [String(Math.floor(now / 1000)), "NO_CLOCK"],
      [`${now}000`, "FUTURE_TIME"],
      [`${now}000000`, "BAD_VALUE"],
      ['"2026-02-30"', "BAD_VALUE"],
      ['"9999999-01-01"', "BAD_VALUE"],
      ["9007199254740993", "BAD_VALUE"],
      ["-9223372036854", "NO_CLOCK"],
      ["9223372036854", "FUTURE_TIME"],
      [`${now}.5`, "BAD_VALUE"],
      ["null", "BAD_VALUE"],
    ];
    const gateway = await sendEach(
      numbered([
        ['{"s":"t1","t":5}', "NO_CLOCK"],
        ['{"s":"t1","up":-1,"t":5}', "NO_CLOCK"],
        [`{"s":"t1","up":${now + dayMs},"t":5}`, "NO_CLOCK"],
        ...times.map(([ts, reason]) => [`{"s":"t1","ts":${ts},"t":5}`, reason] as const),
      ]),
    );
    expect(await house.storedOf(gateway.id)).toEqual([]);
  });

  test("M30 ts +10 min, +2 years: dead letters; −1 day on hist: late; −10 years: no clock; 300 weeks: few shards", async () => {
    const now = Date.now();
    const gateway = await sendEach(
      numbered([
        [`{"s":"t1","ts":${now},"t":5}`, null],
        [`{"s":"t1","ts":${now + 10 * minuteMs},"t":6}`, "FUTURE_TIME"],
        [`{"s":"t1","ts":${now + 730 * dayMs},"t":6}`, "FUTURE_TIME"],
        [`{"s":"t1","ts":${now - dayMs},"t":4}`, null],
        [`{"s":"t1","ts":${now - 3_653 * dayMs},"t":4}`, "NO_CLOCK"],
      ]),
      { lane: "hist" },
    );
    expect((await house.storedOf(gateway.id)).map(({ ts, late }) => [ts, late])).toEqual([
      [now - dayMs, true],
      [now, false],
    ]);
    const weeks = Array.from({ length: 300 }, (_, n) => at(5, now - (n + 1) * 7 * dayMs - 1));
    await gateway.publish("hist", bodyOf(2, 1, weeks));
    await house.projected(gateway.id, 6);
    expect(await house.storedOf(gateway.id)).toHaveLength(302);
    if (house.influx) expect(await shardsOf(house.influx.url)).toBeLessThanOrEqual(310);
  });

  test("M31 23:59:60, the hour twice at the end of summer time, local time without zone: text is no time", async () => {
    const fold = Date.parse("2025-10-26T00:30:00Z");
    const gateway = await sendEach(
      numbered([
        ['{"s":"t1","ts":"2016-12-31T23:59:60Z","t":5}', "BAD_VALUE"],
        ['{"s":"t1","ts":"2025-10-26T02:30:00","t":5}', "BAD_VALUE"],
        ['{"s":"t1","ts":"2025-10-26T02:30:00+02:00","t":5}', "BAD_VALUE"],
        [`{"s":"t1","ts":${fold},"t":5}`, null],
        [`{"s":"t1","ts":${fold + 3_600_000},"t":6}`, null],
      ]),
    );
    expect((await house.storedOf(gateway.id)).map(({ ts }) => ts - fold)).toEqual([0, 3_600_000]);
  });

  test('M32 duplicate keys {"v":5,"v":50}: set aside, also escaped, also inside a reading', async () => {
    await sendEach([
      ['{"v":5,"v":50}', "MALFORMED"],
      [bodyOf(1, 1, [at(5)]).replace('"boot":1', '"boot":1,"b\\u006fot":2'), "MALFORMED"],
      [bodyOf(1, 1, [at(5)]).replace('"t":5', '"t":5,"t":50'), "MALFORMED"],
    ]);
  });

  test("M33 __proto__, constructor, toString as key or sensor id: set aside, ({}).x unchanged", async () => {
    const reading = (s: string, n: number) => valued("5", n).replace('"t1"', JSON.stringify(s));
    await sendEach([
      ['{"__proto__":{"x":1}}', "MALFORMED"],
      ['{"\\u005f_proto__":{"x":1}}', "MALFORMED"],
      ['{"v":1,"boot":1,"seq":1,"sent":1,"readings":[],"constructor":{"prototype":{"x":1}}}', "BAD_SHAPE"],
      ['{"v":1,"boot":1,"seq":2,"sent":1,"readings":[],"toString":1}', "BAD_SHAPE"],
      ['{"v":1,"kid":"__proto__","alg":"Ed25519","sig":"","body":""}', "UNKNOWN_KEY"],
      ['{"v":1,"kid":"constructor","alg":"Ed25519","sig":"","body":""}', "UNKNOWN_KEY"],
      ...numbered([
        [valued('5,"constructor":1', 1), "BAD_VALUE"],
        [reading("__proto__", 2), "UNKNOWN_SENSOR"],
        [reading("constructor", 3), "UNKNOWN_SENSOR"],
        [reading("toString", 4), "UNKNOWN_SENSOR"],
      ]).map(([payload, reason]): Case => [String(payload).replace('"boot":1', '"boot":2'), reason]),
    ]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  test("M34 tags ending in \\, with newline, comma, space, =: set aside, or stored as one line each", async () => {
    const names = ["t1\\", "t1\nevil v=2", "t1,a=b", "t 1", "t=1"];
    const reading = (s: string, n: number) => valued("5", n).replace('"t1"', JSON.stringify(s));
    const gateway = await sendEach(
      numbered([
        ...names.map((name, n) => [reading(name, n), "UNKNOWN_SENSOR"] as const),
        ['{"s":"t1","ts":1700000000000,"err":"a,b=c \\\\"}', "BAD_VALUE"],
      ]),
    );
    for (const [n, channel] of names.entries()) await addSensor("shop", gateway.id, channel, `odd-${n}`);
    const ts = Date.now();
    const odd = names.map((s, n) => ({ s, ts, t: n }));
    await gateway.publish("data", bodyOf(2, 1, odd));
    await house.projected(gateway.id, 7);
    expect(await house.lettersOf(gateway.id)).toHaveLength(6);
    const points = names.map((_, n) => `odd-${n}`);
    const rows = await house.readings.range({ tenant: "shop", points, from: ts, to: ts + 1 });
    expect(rows.map(({ point, tMilliC }) => [point, tMilliC])).toEqual(
      points.map((point, n) => [point, n * 1_000]),
    );
    if (house.influx) expect(await countAt(house.influx.url, ts)).toBe(names.length);
  });

  test("M35 the same (boot, seq) with another value: the first stays, the second is set aside, a finding", async () => {
    const ts = Date.now() - minuteMs;
    const gateway = await sendEach([
      [bodyOf(1, 1, [at(5, ts)]), null],
      [bodyOf(1, 1, [at(6, ts)]), "SEQ_CONFLICT"],
      [bodyOf(1, 2, [at(7, ts)]), "CONFLICT"],
    ]);
    expect((await house.storedOf(gateway.id)).map(({ tMilliC }) => tMilliC)).toEqual([5_000]);
    expect((await house.findingsOf(gateway.id)).map(({ kind }) => kind)).toContain("SEQ_CONFLICT");
    expect((await house.findingsOf(pointOf(gateway.id))).map(({ kind }) => kind)).toEqual([
      "READING_CONFLICT",
    ]);
  });

  test("M36 seq gap, seq back to 0, seq 2^63, boot reused: the gap is told and a finding, so is the rollback", async () => {
    const ts = Date.now() - minuteMs;
    const gateway = await sendEach([
      [bodyOf(1, 1, [at(5, ts)]), null],
      [bodyOf(1, 5, [at(5, ts + 5)]), null],
      [bodyOf(1, 0, [at(5, ts + 6)]), "BAD_SHAPE"],
      [bodyOf(1, 9, [at(5, ts + 7)]).replace('"seq":9', '"seq":9223372036854775808'), "BAD_SHAPE"],
      [bodyOf(1, 1, [at(5, ts + 8)]), "SEQ_CONFLICT"],
    ]);
    const told = await gateway.receipt(({ also }) => also.length > 0);
    expect(told).toMatchObject({ boot: 1, upTo: 1, also: [[5, 5]] });
    expect((await house.findingsOf(gateway.id)).map(({ kind }) => kind)).toContain("SEQ_CONFLICT");
    await gateway.publish("data", bodyOf(3, 1, [at(5, ts + 9)]));
    await expect.poll(() => receiptedAt(gateway.id, 3), inTime).not.toBeNull();
    // Back-fill may be of an older boot; live messages may not, however they are numbered.
    await gateway.publish("hist", bodyOf(2, 1, [at(5, ts + 10)]));
    await gateway.publish("data", bodyOf(1, 6, [at(5, ts + 11)]));
    await gateway.publish("data", bodyOf(1, 7, [at(5, ts + 12)]));
    await house.projected(gateway.id, 9);
    const findings = async () =>
      (await house.findingsOf(fridgeOf(gateway.id))).map(({ kind, detail }) => [kind, detail]);
    await expect.poll(async () => (await findings()).length, inTime).toBe(2);
    expect(await findings()).toEqual(
      expect.arrayContaining([
        ["SEQ_GAP", expect.objectContaining({ gateway: gateway.id, boot: 1, from: 2, to: 4 })],
        ["BOOT_BACK", expect.objectContaining({ gateway: gateway.id, boot: 1, newest: 3, seq: 6 })],
      ]),
    );
  });

  test("M37 signature missing, wrong, truncated, by another key, revoked key, alg none: set aside, no row", async () => {
    const id = "gw-sign-1";
    const [topic, kid] = [`coldmark/v1/${id}/data`, `${id}.key-1`];
    const body = bodyOf(1, 1, [at(5)]);
    const right = signedMessage(topic, body, kid);
    const wrapped = JSON.parse(right) as { sig: string };
    const altered = (change: object) => JSON.stringify({ ...wrapped, ...change });
    const sig = fromBase64(wrapped.sig);
    const gateway = await sendEach(
      [
        [body, "SIGNATURE_REQUIRED"],
        [altered({ sig: undefined }), ["BAD_SHAPE", "BAD_SIGNATURE"]],
        [altered({ sig: "" }), "BAD_SIGNATURE"],
        [altered({ sig: toBase64(sig.subarray(0, 63)) }), "BAD_SIGNATURE"],
        [altered({ sig: toBase64(new Uint8Array(64)) }), "BAD_SIGNATURE"],
        [altered({ sig: toBase64(sig.map((byte, n) => (n === 10 ? byte ^ 1 : byte))) }), "BAD_SIGNATURE"],
        [signedMessage(topic, body, kid, otherKey), "BAD_SIGNATURE"],
        [signedMessage(topic, body, "gw-sign-2.key-1"), "UNKNOWN_KEY"],
        [altered({ alg: "none" }), "BAD_SIGNATURE"],
        [altered({ alg: "HS256" }), "BAD_SIGNATURE"],
        [altered({ alg: undefined }), ["BAD_SHAPE", "BAD_SIGNATURE"]],
      ],
      { from: id },
    );
    expect(await house.storedOf(id)).toEqual([]);
    await gateway.publish("data", right);
    await house.projected(id, 12);
    expect(await house.storedOf(id)).toHaveLength(1);
    const old = `coldmark/v1/${oldKey.id}/data`;
    await sendEach([[signedMessage(old, body, `${oldKey.id}.key-1`), "UNKNOWN_KEY"]], { from: oldKey.id });
    expect(await house.storedOf(oldKey.id)).toEqual([]);
  });

  test("M38 valid signature, topic of another device: refused, topic and device are signed", async () => {
    const mine = signedMessage("coldmark/v1/gw-sign-2/data", bodyOf(1, 1, [at(5)]), "gw-sign-2.key-1");
    const sameKey = signedMessage("coldmark/v1/gw-sign-2/data", bodyOf(1, 1, [at(5)]), "gw-sign-3.key-1");
    await sendEach(
      [
        [mine, "UNKNOWN_KEY"],
        [sameKey, "BAD_SIGNATURE"],
      ],
      { from: "gw-sign-3" },
    );
    await sendEach([[mine, "BAD_SIGNATURE"]], { from: "gw-sign-2", lane: "hist" });
    expect([...(await house.storedOf("gw-sign-2")), ...(await house.storedOf("gw-sign-3"))]).toEqual([]);
  });

  test("M39 a valid signed message replayed a day later: nothing new, counted as duplicate", async () => {
    const message = signedMessage(
      "coldmark/v1/gw-sign-4/data",
      bodyOf(1, 1, [at(5), at(6, 1_700_000_000_000)]),
      "gw-sign-4.key-1",
    );
    const gateway = await sendEach([[message, null]], { from: "gw-sign-4" });
    const [before, { counters }] = [await house.storedOf(gateway.id), await house.ingest.status()];
    aheadMs = dayMs;
    await gateway.publish("data", message);
    await house.projected(gateway.id, 2);
    expect(await house.storedOf(gateway.id)).toEqual(before);
    expect(await house.lettersOf(gateway.id)).toEqual([]);
    const later = (await house.ingest.status()).counters;
    expect(later?.duplicate).toBe((counters?.duplicate ?? 0) + 2);
  });

  test("M40 re-serialised JSON with the old signature: refused, the raw bytes are what is signed", async () => {
    const id = "gw-sign-5";
    const [topic, kid] = [`coldmark/v1/${id}/data`, `${id}.key-1`];
    const body = bodyOf(1, 1, [at(5)]);
    const wrapped = JSON.parse(signedMessage(topic, body, kid)) as Record<string, string>;
    const { v, ...rest } = JSON.parse(body) as Record<string, unknown>;
    const again = [JSON.stringify(JSON.parse(body), null, 1), JSON.stringify({ ...rest, v }), `${body} `];
    await sendEach(
      [
        ...again.map(
          (text): Case => [
            JSON.stringify({ ...wrapped, body: toBase64(new TextEncoder().encode(text)) }),
            "BAD_SIGNATURE",
          ],
        ),
        // The wrapper itself is not signed: its spaces and the order of its keys are free.
        [JSON.stringify(Object.fromEntries(Object.entries(wrapped).reverse()), null, 2), null],
      ],
      { from: id },
    );
    expect(await house.storedOf(id)).toHaveLength(1);
  });

  test("M41 a batch of 5,000 (design §4) with one bad: 4,999 stored, one dead letter, receipt after both; 5,001: none", async () => {
    const gateway = await connect();
    const now = Date.now();
    const batch = Array.from({ length: 5_000 }, (_, n) => at(n === 2_500 ? "5" : 5, now - 5_000 + n));
    await gateway.publish("data", bodyOf(1, 1, batch));
    await gateway.receipt(({ upTo }) => upTo === 1);
    await house.projected(gateway.id, 1);
    expect(await house.storedOf(gateway.id)).toHaveLength(4_999);
    expect(
      (await house.lettersOf(gateway.id)).map(({ reason, readingIndex }) => [reason, readingIndex]),
    ).toEqual([["BAD_VALUE", 2_500]]);
    const tooMany = bodyOf(1, 2, Array(5_001).fill(at(5, now)));
    expect(tooMany.length).toBeLessThan(262_144);
    await sendEach([[tooMany, "TOO_MANY_READINGS"]]);
  });

  test("M42 sensor unknown, of another tenant, put away: the first two the same dead letter, the last in no equipment", async () => {
    const gateway = await connect();
    await addSensor("rival", gateway.id, "theirs", "theirs");
    const ts = Date.now();
    await gateway.publish(
      "data",
      bodyOf(1, 1, [{ s: "nobody", ts, t: 5 }, { s: "theirs", ts, t: 5 }, at(5, ts)]),
    );
    await house.projected(gateway.id, 1);
    const letters = await house.lettersOf(gateway.id);
    expect(letters.map(({ reason, tenantId }) => [reason, tenantId])).toEqual([
      ["UNKNOWN_SENSOR", "shop"],
      ["UNKNOWN_SENSOR", "shop"],
    ]);
    const [unknown, theirs] = letters.map(({ detail }) => detail);
    expect(theirs).toBe(unknown?.replace("nobody", "theirs"));
    expect(await house.readings.range({ tenant: "rival", points: ["theirs"], from: 0, to: ts + 1 })).toEqual(
      [],
    );
    await addSensor("shop", gateway.id, "away", "away");
    await gateway.publish("data", bodyOf(1, 2, [{ s: "away", ts, t: 5 }]));
    await house.projected(gateway.id, 2);
    const away = await house.readings.range({ tenant: "shop", points: ["away"], from: 0, to: ts + 1 });
    expect(away.map(({ equipmentId }) => equipmentId)).toEqual([""]);
  });

  test("every message came to exactly one end", async () => {
    await house.settled();
    const pointFor = (gateway: string, channel: string) =>
      added.get(`${gateway} ${channel}`) ?? pointOf(gateway);
    const points = [...house.points, ...[...added.values()].map((point) => ({ tenant: "shop", point }))];
    expect(await strayEnds({ ...house, points, pointFor })).toEqual([]);
  });
});

describe("bad payloads: a broker in an attacker's hands", () => {
  const [honest, reordered] = ["gw-far-1", "gw-far-2"];
  const key = { hasKey: true, signatureRequired: true };
  let broker: OwnMosquitto;
  let house: House;
  let attacker: MqttClient;
  beforeAll(async () => {
    broker = await startOwnMosquitto(() => "allow_anonymous true\n");
    house = await openHouseBehind(broker, {
      gateways: { shop: [honest, reordered].map((id) => ({ id, ...key })) },
      ...{ settings, clock: () => now + passedMs },
    });
    attacker = await connectAsync(broker.url, { protocolVersion: 4 });
  });
  afterAll(async () => {
    await attacker?.endAsync();
    await house?.stop();
    await broker?.stop();
  });

  const now = Date.now();
  let passedMs = 0;
  const message = (id: string, seq: number, privateKey?: Uint8Array<ArrayBuffer>) =>
    signedMessage(
      `coldmark/v1/${id}/data`,
      bodyOf(1, seq, [{ s: "t1", ts: now - 1_000 + seq, t: 5 }], now),
      `${id}.key-1`,
      privateKey,
    );
  const pass = async (id: string, payloads: readonly string[]) => {
    for (const payload of payloads)
      await attacker.publishAsync(`coldmark/v1/${id}/data`, payload, { qos: 1 });
  };
  const progressOf = (gatewayId: string) =>
    house.store.as({ role: "worker" }, (tx) => readProgress(tx, [gatewayId], [1]));
  const gapsOf = async (id: string) =>
    (await house.findingsOf(fridgeOf(id))).map(({ kind, detail: { from, to } }) => [kind, from, to]);

  test("M43 a forged broker injects: nothing accepted; drops: a gap after twice GAP_AFTER_MS at most; reorders: the same result", async () => {
    const genuine = (id: string, seqs: readonly number[]) => seqs.map((seq) => message(id, seq));
    const injected = [
      bodyOf(1, 3, [{ s: "t1", ts: now, t: 5 }]),
      message(honest, 3, otherKey),
      message(reordered, 3),
      genuine(honest, [1]).join("").replace('"body":"', '"body":"AAAA'),
    ];
    await pass(honest, [...genuine(honest, [1, 2]), ...injected, ...genuine(honest, [4, 5])]);
    await house.projected(honest, 8);
    expect((await house.lettersOf(honest)).map(({ reason }) => reason)).toEqual([
      "SIGNATURE_REQUIRED",
      "BAD_SIGNATURE",
      "UNKNOWN_KEY",
      "BAD_SIGNATURE",
    ]);
    expect(await progressOf(honest)).toMatchObject([{ upTo: 2, also: [[4, 5]] }]);
    expect(await gapsOf(honest)).toEqual([]);
    passedMs = 2 * gapAfterMs;
    await expect.poll(() => gapsOf(honest), inTime).toEqual([["SEQ_GAP", 3, 3]]);
    await pass(honest, genuine(honest, [3]));
    await expect.poll(() => gapsOf(honest), inTime).toContainEqual(["SEQ_GAP_FILLED", 3, 3]);
    await pass(reordered, genuine(reordered, [5, 3, 1, 2, 4, 3]));
    await house.projected(reordered, 6);
    await house.projected(honest, 9);
    const valuesOf = async (id: string) => (await house.storedOf(id)).map(({ ts, tMilliC }) => [ts, tMilliC]);
    expect(await valuesOf(reordered)).toEqual(await valuesOf(honest));
    expect(await progressOf(reordered)).toMatchObject([
      { upTo: 5, also: [], hash: hashOf(genuine(reordered, [1, 2, 3, 4, 5])) },
    ]);
    await house.settled();
    expect(await strayEnds(house)).toEqual([]);
  });
});

/** The running hash of a receipt over these raw messages (design §4). */
function hashOf(messages: readonly string[]): Uint8Array {
  const sha256 = (...parts: Uint8Array[]) => createHash("sha256").update(Buffer.concat(parts)).digest();
  let hash: Uint8Array = new Uint8Array(32);
  for (const text of messages) hash = sha256(hash, sha256(Buffer.from(text)));
  return new Uint8Array(hash);
}

async function shardsOf(url: string): Promise<number> {
  const rows = await ask(url, "SHOW SHARDS");
  return rows.filter((row) => row.includes("coldmark")).length;
}

async function countAt(url: string, ts: number): Promise<number> {
  const rows = await ask(
    url,
    `SELECT * FROM /.*/ WHERE time = ${ts}ms AND tenant = 'shop' AND point =~ /^odd/`,
  );
  return rows.length;
}

async function ask(url: string, q: string): Promise<unknown[][]> {
  const answer = await fetch(`${url}/query?${new URLSearchParams({ db: "coldmark", q })}`);
  const { results } = (await answer.json()) as {
    results: { series?: { values: unknown[][] }[] }[];
  };
  return results.flatMap(({ series = [] }) => series.flatMap(({ values }) => values));
}
