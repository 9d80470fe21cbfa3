/** The bad packets and topics of reliability.md §2.1, by name, at the embedded broker and at Mosquitto with our access rules. */
import { readFileSync } from "node:fs";
import { eq } from "drizzle-orm";
import { connectAsync, type IClientOptions, type MqttClient } from "mqtt";
import { generate } from "mqtt-packet";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { parseNetwork } from "#services/register/parse-network.ts";
import { gateways } from "#store/schema/gateways.ts";
import { deviceTls } from "../support/device-tls.ts";
import { gatewayPassword, noteChange, type TestGateway } from "../support/gateway-network.ts";
import { endOfTime, type House, openEmbeddedHouse, openHouseBehind } from "../support/ingest-house.ts";
import { startMosquitto, takeTooLarge } from "../support/mosquitto.ts";
import { bodyOf, connectGateway, type MqttGateway } from "../support/mqtt-gateway.ts";
import { strayEnds } from "../support/one-end.ts";
import { startOwnMosquitto } from "../support/own-mosquitto.ts";
import { connectPacket, openRaw, publishPacket, type RawConnection } from "../support/raw-mqtt.ts";
import { smallNetwork } from "../support/small-network.ts";

const mebibyte = 1_048_576;
const inTime = { timeout: 30_000 };
const ids = Array.from({ length: 36 }, (_, n) => `gw-${String(n + 1).padStart(2, "0")}`);
const signing: TestGateway = { id: "gw-signing", hasKey: true, signatureRequired: true };
const network = { gateways: { shop: [...ids.map((id) => ({ id })), signing, { id: "gw-neighbour" }] } };

const openBehindMosquitto = async (): Promise<House> => {
  const users = [...ids, signing.id, "gw-neighbour", "x#"].map((id) => [id, gatewayPassword]);
  const mosquitto = await startMosquitto(Object.fromEntries(users), { change: takeTooLarge });
  const house = await openHouseBehind(mosquitto, network);
  const stop = async () => {
    await house.stop();
    await mosquitto.stop();
  };
  return { ...house, stop };
};

describe.each([
  ["the embedded broker", openEmbeddedHouse],
  ["Mosquitto with our access rules", openBehindMosquitto],
])("bad MQTT: %s", (_name, openHouse) => {
  let house: House;
  let good: MqttGateway;
  let told = 0;
  const unused = [...ids];
  const connected: { close(): Promise<void> }[] = [];
  const isEmbedded = openHouse === openEmbeddedHouse;

  beforeAll(async () => {
    house = await openHouse(network);
    good = await connectGateway(house.ingest.broker.url, "gw-neighbour");
    connected.push(good);
  });
  afterAll(async () => {
    for (const connection of connected) await connection.close();
    await house?.stop();
  });

  /** Whatever was sent, the neighbour goes on, ingestion stands, and the books are even. */
  afterEach(async () => {
    told += 1;
    await good.publish("data", bodyOf(1, told, [at(5, Date.now() - 86_400_000 + told)]));
    await house.projected(good.id, told);
    await house.settled();
    expect(await house.storedOf(good.id)).toHaveLength(told);
    expect(await house.lettersOf(good.id)).toEqual([]);
    const { broker, inbox, counters } = await house.ingest.status();
    expect([broker, inbox]).toEqual(["up", "up"]);
    const { received = 0, stored = 0, duplicate = 0, deadLetter = 0, inFlight = 0 } = counters ?? {};
    expect(received).toBe(stored + duplicate + deadLetter + inFlight);
  });

  const at = (t: number, ts = Date.now()) => ({ s: "t1", ts, t });
  const fresh = () => unused.shift() ?? "";
  const connect = async (id = fresh()) => {
    const gateway = await connectGateway(house.ingest.broker.url, id);
    connected.push(gateway);
    return gateway;
  };
  const connectWith = async (options: IClientOptions): Promise<MqttClient> => {
    const client = await connectAsync(house.ingest.broker.url, {
      ...{ password: gatewayPassword, reconnectPeriod: 0, protocolVersion: isEmbedded ? 4 : 5, ...options },
    } as IClientOptions);
    connected.push({ close: () => client.endAsync() });
    return client;
  };
  const raw = async (options: { from?: string } = {}): Promise<RawConnection> => {
    const connection = await openRaw(house.port, options);
    connected.push({ close: connection.end });
    return connection;
  };
  const signedIn = async (id: string, change: object = {}) => {
    const connection = await raw();
    connection.send(connectPacket(id, change));
    expect(await connection.packet("connack")).toMatchObject({ returnCode: 0 });
    return connection;
  };
  /** Sends on topics that are not the sender's; ends when a good message sent after them is projected. */
  const sendOnTopics = async (id: string, topics: readonly (string | Uint8Array)[]) => {
    for (const [n, topic] of topics.entries()) {
      const connection = await signedIn(id);
      const named = publishPacket("x".repeat(topic.length), bodyOf(7, n + 1, [at(9)]), 1);
      connection.send(
        typeof topic === "string"
          ? publishPacket(topic, bodyOf(7, n + 1, [at(9)]), 1)
          : retopic(named, topic),
      );
      await Promise.race([connection.packet("puback").catch(() => undefined), connection.closed()]);
      await connection.end();
    }
    const gateway = await connect(id);
    await gateway.publish("data", bodyOf(1, 1, [at(5)]));
    await gateway.receipt(({ upTo }) => upTo === 1);
    await house.settled();
    return gateway;
  };
  const qos0Count = async () => {
    const registry = new Registry();
    for (const metric of house.ingest.meters.all) registry.registerMetric(metric);
    const [told] = (await registry.getMetricsAsJSON()).filter(
      ({ name }) => name === "ingest_qos0_messages_total",
    );
    return told?.values[0]?.value ?? Number.NaN;
  };
  const reasonsOf = async (id: string) => (await house.lettersOf(id)).map(({ reason }) => reason);
  const allOf = (reason: string, letters: readonly string[]) => letters.every((letter) => letter === reason);

  test("M1 publish to another device's topic: refused (0x87 on v5), no row there", async () => {
    const [id, victim] = [fresh(), await connect()];
    if (!isEmbedded) {
      const client = await connectWith({ username: id, clientId: id });
      const foreign = client.publishAsync(`coldmark/v1/${victim.id}/data`, bodyOf(1, 1, [at(5)]), { qos: 1 });
      await expect(foreign).rejects.toMatchObject({ code: 0x87 });
    }
    await sendOnTopics(id, [`coldmark/v1/${victim.id}/data`, `coldmark/v1/${victim.id}/receipt`]);
    expect(await house.storedOf(victim.id)).toEqual([]);
    expect(await house.rawOf(victim.id)).toEqual([]);
    expect(victim.receipts).toEqual([]);
    expect(await reasonsOf(id)).toEqual(isEmbedded ? ["WRONG_TOPIC", "WRONG_TOPIC"] : []);
  });

  test("M2 the same over 3.1.1: told ok by Mosquitto 2.0, which can't refuse 3.1.1; no receipt ever covers it", async () => {
    // The embedded broker speaks 3.1.1 only (design §4: M2 on an external broker only): there PUBACK means kept.
    const [id, victim] = [await connect(), fresh()];
    await id.publishTo(`coldmark/v1/${victim}/data`, bodyOf(1, 1, [at(5)]));
    await id.publish("data", bodyOf(1, 2, [at(5)]));
    const receipt = await id.receipt(({ also }) => also.length > 0);
    expect(receipt).toMatchObject({ upTo: 0, also: [[2, 2]] });
    expect(await house.storedOf(victim)).toEqual([]);
    if (!isEmbedded) return;
    const five = await raw();
    five.send(connectPacket(fresh(), { protocolVersion: 5, properties: {} }));
    expect(await five.packet("connack")).toMatchObject({ returnCode: 1 });
    await five.closed();
  });

  test("M3 topics with /../, // and a slash at the end: no normalisation, no row", async () => {
    const [id, victim] = [fresh(), fresh()];
    const own = `coldmark/v1/${id}/data`;
    const topics = [
      `${own}/../../${victim}/data`,
      "coldmark/v1//data",
      `${own}/`,
      `/${own}`,
      own.toUpperCase(),
    ];
    await sendOnTopics(id, topics);
    expect(await house.storedOf(victim)).toEqual([]);
    expect(await house.storedOf(id)).toHaveLength(1);
    const letters = await reasonsOf(id);
    expect(letters).toHaveLength(isEmbedded ? topics.length : 0);
    expect(allOf("WRONG_TOPIC", letters)).toBe(true);
  });

  test('M4 topics with U+0000, U+200F, comma, space, =, newline, ", emoji: the device is who signed in, no row', async () => {
    const id = fresh();
    const odd = ["\0", "\u200f", ",", " ", "=", "\n", '"', "❄", "💊"];
    const topics = odd.map((text) => Buffer.from(`coldmark/v1/${id}${text}/data`));
    await sendOnTopics(id, topics);
    expect(await house.storedOf(id)).toHaveLength(1);
    const kept = await house.rawOf(id);
    expect(kept.filter(({ lane }) => lane !== "data").length).toBe(isEmbedded ? kept.length - 1 : 0);
    expect(allOf("WRONG_TOPIC", await reasonsOf(id))).toBe(true);
    const points = house.points.map(({ point }) => point);
    const rows = await house.readings.range({ tenant: "shop", points, from: 0, to: endOfTime });
    expect(rows.filter(({ tMilliC }) => tMilliC === 9_000)).toEqual([]);
  });

  test("M5 user names #, +, a/b, %u: no gateway can be registered so, none opens the door", async () => {
    for (const name of ["#", "+", "a/b", "%u", "x#", ""]) {
      const file = JSON.parse(
        JSON.stringify(smallNetwork(0).file).replaceAll('"gw-test"', JSON.stringify(name)),
      );
      const faults = parseNetwork(file, { production: false, isOwnUser: () => false });
      expect(JSON.stringify(faults)).toMatch(/slug/);
      const connection = await raw();
      connection.send(connectPacket(name));
      if (name === "x#" && !isEmbedded) {
        expect(await connection.packet("connack")).toMatchObject({ returnCode: 0 });
        connection.send(publishPacket(`coldmark/v1/${name.replace("#", "")}/data`, "{}", 1));
        connection.send(publishPacket(`coldmark/v1/${good.id}/data`, "{}", 2));
      } else {
        const answer = await connection.packet("connack").catch(() => null);
        expect(answer && "returnCode" in answer ? answer.returnCode : 5).toBeGreaterThan(0);
      }
      await connection.end();
    }
  });

  test("M6 a topic of 101 levels, of 1,000, of 65,535 bytes: refused, the broker stays up", async () => {
    const id = fresh();
    const own = `coldmark/v1/${id}/data`;
    const topics = [
      `${own}${"/x".repeat(97)}`,
      `${own}${"/".repeat(1_000)}`,
      `${own}/${"x".repeat(65_535 - own.length - 1)}`,
      "/".repeat(65_535),
    ];
    await sendOnTopics(id, topics);
    expect(await house.storedOf(id)).toHaveLength(1);
    expect(allOf("WRONG_TOPIC", await reasonsOf(id))).toBe(true);
  });

  test("M7 publish to $SYS/# and $share/…: refused or closed, kept where the door is ours", async () => {
    const id = fresh();
    await sendOnTopics(id, [
      "$SYS/broker/uptime",
      "$SYS/#",
      `$share/g/coldmark/v1/${good.id}/data`,
      "#",
      "+/x",
    ]);
    expect(await house.storedOf(id)).toHaveLength(1);
    const letters = await reasonsOf(id);
    expect(letters).toEqual(isEmbedded ? ["WRONG_TOPIC", "WRONG_TOPIC"] : []);
  });

  test("M8 subscribe to #, +/+/up, $SYS/#, all of Coldmark: not one foreign message comes", async () => {
    const listener = await connect();
    const heard: string[] = [];
    listener.client.on("message", (topic) => heard.push(topic));
    const filters = [
      "#",
      "+/+/up",
      "$SYS/#",
      "coldmark/#",
      "coldmark/v1/+/data",
      `coldmark/v1/${good.id}/receipt`,
      "$share/g/#",
    ];
    for (const filter of filters)
      await listener.client.subscribeAsync(filter, { qos: 1 }).catch(() => undefined);
    const gateway = await connect();
    await gateway.publish("data", bodyOf(1, 1, [at(5)]));
    await gateway.publish("status", "{}");
    await gateway.receipt(({ upTo }) => upTo === 1);
    await listener.publish("data", bodyOf(1, 1, [at(5)]));
    await listener.receipt(({ upTo }) => upTo === 1);
    expect(heard.filter((topic) => topic !== `coldmark/v1/${listener.id}/receipt`)).toEqual([]);
    expect(heard.length).toBeGreaterThan(0);
  });

  test("M9 another gateway's client id: the device is not displaced", async () => {
    const victim = await connect();
    const attacker = await raw();
    attacker.send(connectPacket(fresh(), { clientId: victim.id }));
    const answer = await attacker.packet("connack");
    expect("returnCode" in answer && answer.returnCode === 0).toBe(!isEmbedded);
    attacker.send(publishPacket(`coldmark/v1/${victim.id}/data`, bodyOf(1, 1, [at(9)]), 1));
    await victim.publish("data", bodyOf(1, 1, [at(5)]));
    await victim.receipt(({ upTo }) => upTo === 1);
    await house.settled();
    expect(victim.client.connected).toBe(true);
    expect((await house.storedOf(victim.id)).map(({ tMilliC }) => tMilliC)).toEqual([5_000]);
  });

  test("M10 more than 1,000 reconnects a minute: a ban is the broker's (EMQX has one); the others are unaffected", async () => {
    const [id, gateway] = [fresh(), await connect()];
    const begun = performance.now();
    const reconnects = 250;
    for (let n = 0; n < reconnects; n += 1) {
      const connection = await openRaw(house.port);
      connection.send(connectPacket(id));
      await connection.packet("connack").catch(() => undefined);
      await connection.end();
      if (n % 10 === 0)
        await gateway.publish("data", bodyOf(1, n / 10 + 1, [at(5, Date.now() - 600_000 + n)]));
    }
    expect(performance.now() - begun).toBeLessThan((reconnects / 1_000) * 60_000);
    await gateway.receipt(({ upTo }) => upTo === reconnects / 10);
    await house.settled();
    expect(await house.storedOf(gateway.id)).toHaveLength(reconnects / 10);
  });

  test("M11 a retained message on a data topic: set aside and never replayed; the same without RETAIN counts", async () => {
    const gateway = await connect();
    const body = bodyOf(1, 1, [at(5)]);
    const topics = ["data", "hist"].map((lane) => `coldmark/v1/${gateway.id}/${lane}`);
    for (const topic of topics) await gateway.client.publishAsync(topic, body, { qos: 1, retain: true });
    await house.projected(gateway.id, 2);
    expect(await reasonsOf(gateway.id)).toEqual(["RETAINED", "RETAINED"]);
    if (isEmbedded) {
      const again = await signedIn(gateway.id);
      again.send({
        cmd: "subscribe",
        messageId: 1,
        subscriptions: topics.map((topic) => ({ topic, qos: 1 })),
      });
      await again.packet("suback");
      expect(again.packets.filter(({ cmd }) => cmd === "publish")).toEqual([]);
      await again.end();
    }
    const sender = isEmbedded ? await connect(gateway.id) : gateway;
    expect(sender.receipts).toEqual([]);
    await sender.publish("data", body);
    await sender.receipt(({ upTo }) => upTo === 1);
    await house.settled();
    expect((await house.rawOf(gateway.id)).map(({ lane }) => lane)).toEqual(["retained", "retained", "data"]);
    expect((await house.storedOf(gateway.id)).map(({ tMilliC }) => tMilliC)).toEqual([5_000]);
  });

  test("M12 a last will with a forged reading: the same checks as a publish", async () => {
    const [id, victim] = [fresh(), await connect()];
    const willOf = (topic: string, n: number) => ({
      will: { topic, payload: Buffer.from(bodyOf(1, n, [at(9)])), qos: 1, retain: false },
    });
    for (const [user, topic] of [
      [id, `coldmark/v1/${victim.id}/data`],
      [id, `coldmark/v1/${victim.id}/receipt`],
      [id, "a/#"],
      [signing.id, `coldmark/v1/${signing.id}/data`],
    ] as const) {
      const connection = await raw();
      connection.send(connectPacket(user, willOf(topic, 1)));
      await connection.packet("connack").catch(() => undefined);
      await connection.end();
    }
    await house.projected(signing.id, 1);
    expect(await reasonsOf(signing.id)).toEqual(["SIGNATURE_REQUIRED"]);
    await house.settled();
    expect(allOf("WRONG_TOPIC", await reasonsOf(id))).toBe(true);
    expect([...(await house.storedOf(id)), ...(await house.storedOf(victim.id))]).toEqual([]);
    expect(victim.receipts).toEqual([]);
    expect(await house.storedOf(signing.id)).toEqual([]);
  });

  test("M13 a reading with QoS 0: stored, counted as one nobody acknowledges; with QoS 2: once however often repeated", async () => {
    const gateway = await connect();
    const before = await qos0Count();
    const topic = `coldmark/v1/${gateway.id}/data`;
    const body = bodyOf(1, 2, [at(5)]);
    await gateway.client.publishAsync(topic, bodyOf(1, 1, [at(5, Date.now() - 1_000)]), { qos: 0 });
    await gateway.client.publishAsync(topic, body, { qos: 2 });
    await gateway.receipt(({ upTo }) => upTo === 2);
    await gateway.close();
    const connection = await signedIn(gateway.id);
    connection.send(publishPacket(topic, body, 9, { qos: 2 }));
    await connection.packet("pubrec");
    connection.send(publishPacket(topic, body, 9, { qos: 2, dup: true }), { cmd: "pubrel", messageId: 9 });
    await connection.packet("pubcomp");
    await house.settled();
    expect(await house.storedOf(gateway.id)).toHaveLength(2);
    expect(await house.lettersOf(gateway.id)).toEqual([]);
    expect((await qos0Count()) - before).toBe(1);
  });

  test("M14 256 KiB (design §4): taken; one byte more: dead letter; a header of 256 MB: closed, memory flat", async () => {
    const gateway = await connect();
    const limit = 262_144;
    const full = bodyOf(1, 1, [at(5)]);
    await gateway.publish("data", full.padEnd(limit));
    await gateway.publish("data", bodyOf(1, 2, [at(5)]).padEnd(limit + 1));
    await house.projected(gateway.id, 2);
    expect(await reasonsOf(gateway.id)).toEqual(["TOO_LARGE"]);
    expect(await house.storedOf(gateway.id)).toHaveLength(1);
    expect((await house.rawOf(gateway.id))[1]?.payload.length).toBe(limit + 1);
    const body = Buffer.alloc(mebibyte, 0x41);
    const before = residentBytes();
    // The last is one byte over the embedded broker's own limit; Mosquitto's is a little higher.
    for (const header of ["30ffffff7f", "3080808001", ...(isEmbedded ? ["3081804001"] : [])]) {
      const connection = await signedIn(gateway.id);
      connection.send(Buffer.from(header, "hex"));
      for (let n = 0; n < 40 && connection.isOpen(); n += 1) {
        const { promise: written, resolve } = Promise.withResolvers<unknown>();
        connection.socket.write(body, resolve);
        await Promise.race([written, connection.closed()]);
      }
      await connection.closed();
    }
    expect(residentBytes() - before).toBeLessThan(50 * mebibyte);
  });

  test("M15 malformed packets: the connection is closed, the process stays", async () => {
    const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
    const bad = [
      hex("10100004 4d515454 05c2003c 0000 0000 e0020020"),
      hex("30ffffffff7f"),
      hex("10ff80808001"),
      hex("100c0004 4d5154"),
      hex("0000"),
      hex("f000"),
      hex("100e0006 4d5149736470 03020000 0000"),
      Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
      Buffer.alloc(4_096, 0xff),
      withUserProperties(fresh(), 65_000),
    ];
    for (const bytes of bad) {
      const connection = await raw();
      connection.send(bytes);
      connection.socket.end();
      await connection.closed();
    }
    const id = fresh();
    for (const text of [
      "3003 0004 61",
      "820200 01",
      "8206 0001 0001 61 03",
      "3400",
      "3606 0001 61 0001 62",
      "62020000",
      "e0020020",
    ]) {
      const connection = await signedIn(id);
      connection.send(hex(text));
      connection.socket.end();
      await connection.closed();
    }
  });

  // Mosquitto bounds neither by itself: that is for the firewall of its machine.
  test.skipIf(!isEmbedded)(
    "M16 a CONNECT in slow pieces, 1,100 idle sockets of one address: closed in time, others still get in",
    async () => {
      const begun = performance.now();
      const slow = await raw({ from: "127.0.0.9" });
      const tookMs = slow.closed().then(() => performance.now() - begun);
      // It would be whole after 34 s.
      const bytes = [0x10, 0x20, 0x00, 0x04, 0x4d];
      const drip = setInterval(
        () => slow.isOpen() && slow.socket.write(Uint8Array.of(bytes.shift() ?? 0x51)),
        1_000,
      );
      const idle: Awaited<ReturnType<typeof openRaw>>[] = [];
      // By hundreds: beyond the backlog of a listening socket (511) a connection is heard of seconds later.
      while (idle.length < 1_100) {
        const some = Array.from({ length: 100 }, () => openRaw(house.port, { from: "127.0.0.8" }));
        idle.push(...(await Promise.all(some)));
      }
      const stillOpen = () => idle.filter((socket) => socket.isOpen()).length;
      await expect.poll(stillOpen, { timeout: 8_000 }).toBeLessThanOrEqual(1_024);
      expect(stillOpen()).toBeGreaterThan(0);
      const gateway = await connect();
      await gateway.publish("data", bodyOf(1, 1, [at(5)]));
      await gateway.receipt(({ upTo }) => upTo === 1);
      expect(await tookMs).toBeLessThan(20_000);
      clearInterval(drip);
      await Promise.all(idle.map((socket) => socket.closed()));
    },
  );

  test("M17 20 poison messages first, then good ones: the good ones flow", async () => {
    const gateway = await connect();
    const sent: Promise<void>[] = [];
    for (let n = 0; n < 20; n += 1) sent.push(gateway.publish("data", `{"poison":${n}`));
    for (let n = 0; n < 30; n += 1)
      sent.push(gateway.publish("data", bodyOf(1, n + 1, [at(5, Date.now() - 60_000 + n)])));
    await Promise.all(sent);
    await gateway.receipt(({ upTo }) => upTo === 30);
    await house.projected(gateway.id, 50);
    expect(await reasonsOf(gateway.id)).toEqual(Array(20).fill("MALFORMED"));
    expect(await house.storedOf(gateway.id)).toHaveLength(30);
  });

  test("M18 the same packet again with DUP, and its packet id after a reconnect: idempotent, each acknowledged for itself", async () => {
    const id = fresh();
    const topic = `coldmark/v1/${id}/data`;
    const [first, second] = [bodyOf(1, 1, [at(5)]), bodyOf(1, 2, [at(6, Date.now() - 1_000)])];
    const connection = await signedIn(id);
    connection.send(publishPacket(topic, first, 1), publishPacket(topic, first, 1, { dup: true }));
    const pubacks = () => connection.packets.filter(({ cmd }) => cmd === "puback");
    await expect.poll(() => pubacks().length, inTime).toBe(2);
    await connection.end();
    const again = await signedIn(id);
    again.send(publishPacket(topic, first, 1, { dup: true }), publishPacket(topic, second, 2));
    await again.packet("puback", (packet) => packet.messageId === 2);
    await house.projected(id, 4);
    expect((await house.storedOf(id)).map(({ tMilliC }) => tMilliC).toSorted()).toEqual([5_000, 6_000]);
    expect(await house.lettersOf(id)).toEqual([]);
    expect(again.packets.filter(({ cmd }) => cmd === "puback").map(({ messageId }) => messageId)).toEqual([
      1, 2,
    ]);
  });

  test("M19 revoked while connected: what it sends is set aside, what was accepted stays; at our broker it is put out and stays out", async () => {
    // Mosquitto knows nothing of the register: there its connection lasts until its password is taken from it.
    const gateway = await connect();
    await gateway.publish("data", bodyOf(1, 1, [at(5, Date.now() - 1_000)]));
    await house.projected(gateway.id, 1);
    await house.store.as({ role: "app", tenant: "shop" }, async (tx) => {
      await tx.update(gateways).set({ revokedAt: Date.now() }).where(eq(gateways.id, gateway.id));
      await noteChange(tx, "shop");
    });
    const isTaken = gateway.publish("data", bodyOf(1, 2, [at(6)])).then(
      () => true,
      () => false,
    );
    if (await isTaken) {
      await house.projected(gateway.id, 2);
      expect(await reasonsOf(gateway.id)).toEqual(["REVOKED_GATEWAY"]);
    }
    expect((await house.storedOf(gateway.id)).map(({ tMilliC }) => tMilliC)).toEqual([5_000]);
    if (!isEmbedded) return;
    await expect.poll(() => gateway.client.connected, { timeout: 60_000 }).toBe(false);
    await expect(connectWith({ username: gateway.id, clientId: gateway.id })).rejects.toThrow();
  });

  test("every message came to exactly one end", async () => {
    await house.settled();
    expect(await strayEnds(house)).toEqual([]);
  });
});

describe("bad MQTT: client certificates at Mosquitto", () => {
  test("M20 an expired certificate, another CA's, a name that is not the certificate's: refused and logged", async () => {
    const tls = deviceTls();
    const [ca, server] = [tls.authority("Coldmark test CA"), "127.0.0.1"];
    const own = ca.issue(server);
    const files = { "ca.pem": ca.certificate, "server.pem": own.certificate, "server.key": own.key };
    const broker = await startOwnMosquitto(
      ({ folder }) => `cafile ${folder}/ca.pem
certfile ${folder}/server.pem
keyfile ${folder}/server.key
require_certificate true
use_identity_as_username true
acl_file ${folder}/acl
`,
      { ...files, acl: "pattern write coldmark/v1/%u/data\n" },
    );
    const open = (device: { certificate: string; key: string }, change: IClientOptions = {}) =>
      connectAsync(`mqtts://127.0.0.1:${broker.port}`, {
        ...{ ca: ca.certificate, cert: device.certificate, key: device.key, clientId: "gw-1" },
        ...{ protocolVersion: 5, reconnectPeriod: 0, connectTimeout: 30_000, ...change },
      });
    try {
      await expect(open(ca.issue("gw-1", { expired: true }))).rejects.toThrow();
      await expect(open(tls.authority("Another CA").issue("gw-1"))).rejects.toThrow();
      const device = await open(ca.issue("gw-1"), { username: "gw-2", password: "x" });
      const publish = (id: string) => device.publishAsync(`coldmark/v1/${id}/data`, "{}", { qos: 1 });
      await expect(publish("gw-2")).rejects.toMatchObject({ code: 0x87 });
      await publish("gw-1").catch((error: { code?: number }) => expect(error.code).toBe(0x10));
      await device.endAsync();
      await expect
        .poll(broker.log, inTime)
        .toMatch(/certificate (has expired|expired)|certificate verify failed/);
    } finally {
      await broker.stop();
      tls.remove();
    }
  });
});

describe("the rows of reliability.md §2.1 and §2.2", () => {
  test("each of M1 to M43 is a test by name", () => {
    const here = ["bad-mqtt.test.ts", "bad-payload.test.ts"].map((file) =>
      readFileSync(new URL(file, import.meta.url), "utf8"),
    );
    const title = /\btest(?:\.skipIf\(!isEmbedded\))?\(\s*["'`](M\d+) /g;
    const titles = here.flatMap((text) => [...text.matchAll(title)].map(([, id]) => id));
    expect(new Set(titles)).toEqual(new Set(Array.from({ length: 43 }, (_, n) => `M${n + 1}`)));
    expect(titles).toHaveLength(43);
  });
});

/** A packet whose topic is replaced by bytes of the same length. */
function retopic(packet: ReturnType<typeof publishPacket>, topic: Uint8Array): Uint8Array {
  const payload = Buffer.from(String("payload" in packet ? packet.payload : ""));
  const length = 2 + topic.length + 2 + payload.length;
  const head = [0x32];
  for (let left = length; ; ) {
    const digit = left % 128;
    left = Math.floor(left / 128);
    head.push(left > 0 ? digit | 0x80 : digit);
    if (left === 0) break;
  }
  return Buffer.concat([
    Uint8Array.from([...head, topic.length >> 8, topic.length & 0xff]),
    topic,
    Uint8Array.of(0, 1),
    payload,
  ]);
}

/** A CONNECT of MQTT 5 with so many bytes of user properties. */
function withUserProperties(id: string, bytes: number): Uint8Array {
  const value = "x".repeat(1_000);
  const pairs = Math.ceil(bytes / 1_000);
  return generate(
    connectPacket(id, {
      protocolVersion: 5,
      properties: { userProperties: { k: Array.from({ length: pairs }, () => value) } },
    }),
    { protocolVersion: 5 },
  );
}

/** Resident memory of this process, in which the embedded broker and the collector run. */
function residentBytes(): number {
  return process.memoryUsage().rss;
}
