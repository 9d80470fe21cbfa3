import { PassThrough } from "node:stream";
import { setImmediate } from "node:timers/promises";
import type { MqttClient } from "mqtt";
import { generate, type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { describe, expect, it } from "vitest";
import { mutateBytes } from "#test/support/mutate-bytes.ts";
import { type Random, randomOf } from "#test/support/random.ts";
import { type Publish, readPublishes } from "./publish-reader.ts";

const v5 = { protocolVersion: 5 };
const publish = (change: Partial<IPublishPacket> = {}): IPublishPacket => ({
  ...{ cmd: "publish", topic: "coldmark/v1/gw-1/data", payload: Buffer.from('{"v":1}'), messageId: 7 },
  ...{ qos: 1, dup: false, retain: false },
  ...change,
});
const bytesOf = (...packets: Packet[]) => Buffer.concat(packets.map((packet) => generate(packet, v5)));

/** A connection whose bytes the test gives, with what was taken from it and what MQTT.js would have read. */
function connection(take: (publish: Publish) => Promise<void> | null = () => null) {
  const stream = new PassThrough();
  const taken: Publish[] = [];
  const passed: Buffer[] = [];
  const client = { streamBuilder: () => stream };
  readPublishes(client as unknown as MqttClient, {
    maxPacketBytes: 2_000,
    take: (one) => {
      taken.push(one);
      return take(one);
    },
  });
  let error: (Error & { code?: string }) | null = null;
  client
    .streamBuilder()
    .on("error", (found) => (error = found))
    .pipe(new PassThrough())
    .on("data", (bytes: Buffer) => passed.push(bytes));
  return { stream, taken, passed: () => Buffer.concat(passed), error: () => error };
}

/** Long enough for every stream in between, which takes a few turns for each piece. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
}

describe("reading PUBLISH packets past MQTT.js", () => {
  it("takes them with all that matters of them, and passes everything else on byte for byte", async () => {
    const connack = bytesOf({ cmd: "connack", returnCode: 0, reasonCode: 0, sessionPresent: true });
    const pingresp = bytesOf({ cmd: "pingresp" });
    const long = publish({ topic: "温/1", payload: Buffer.alloc(400, 9), messageId: 65_535, dup: true });
    const told = publish({
      qos: 0,
      retain: true,
      properties: { contentType: "application/json", userProperties: { a: "b", c: ["d", "e"] } },
    });
    const bytes = Buffer.concat([
      ...[connack, bytesOf(publish()), pingresp, bytesOf(long, told), pingresp],
      bytesOf(publish({ payload: Buffer.alloc(0) })),
    ]);
    for (const size of [bytes.length, 1, 2, 3, 7, 130]) {
      const { stream, taken, passed, error } = connection();
      for (let at = 0; at < bytes.length; at += size) {
        stream.write(bytes.subarray(at, at + size));
        if (size > 1) await setImmediate();
      }
      while (stream.readableLength > 0) await setImmediate();
      await settled();
      expect(error()).toBeNull();
      expect(passed()).toEqual(Buffer.concat([connack, pingresp, pingresp]));
      expect(taken).toEqual(
        [
          ...[{ topic: "coldmark/v1/gw-1/data", payload: Buffer.from('{"v":1}'), qos: 1, messageId: 7 }],
          ...[{ topic: "温/1", payload: Buffer.alloc(400, 9), qos: 1, messageId: 65_535 }],
          ...[
            { topic: "coldmark/v1/gw-1/data", payload: Buffer.from('{"v":1}'), qos: 0, messageId: undefined },
          ],
          ...[{ topic: "coldmark/v1/gw-1/data", payload: Buffer.alloc(0), qos: 1, messageId: 7 }],
        ].map((one, at) => ({ ...one, retain: at === 2 })),
      );
    }
  });

  it("reads nothing on while there is no room", async () => {
    const room = Promise.withResolvers<void>();
    const { stream, taken } = connection(({ messageId }) => (messageId === 2 ? room.promise : null));
    stream.write(bytesOf(...[1, 2, 3].map((messageId) => publish({ messageId }))));
    stream.write(bytesOf(publish({ messageId: 4 })));
    await settled();
    expect(taken.map(({ messageId }) => messageId)).toEqual([1, 2]);
    room.resolve();
    await settled();
    expect(taken.map(({ messageId }) => messageId)).toEqual([1, 2, 3, 4]);
  });

  const good = bytesOf(publish({ payload: Buffer.alloc(20) }));
  const changed = (at: number, byte: number) => Buffer.from(good).fill(byte, at, at + 1);
  it.each([
    ["larger than was said we take", bytesOf(publish({ payload: Buffer.alloc(3_000) })).subarray(0, 10)],
    ["with a length of five bytes", Buffer.from([0x32, 0xff, 0xff, 0xff, 0xff, 0x01])],
    ["with a topic beyond its end", changed(2, 0xff)],
    ["with properties beyond its end", changed(2 + 2 + 21 + 2, 0x70)],
    ["that ends within its topic's length", Buffer.from([0x32, 0x01, 0x00])],
    ["without room for properties", Buffer.from([0x32, 0x05, 0x00, 0x01, 0x61, 0x00, 0x07, 0x00])],
    ["of QoS 2", changed(0, 0x34)],
    ["of QoS 3", changed(0, 0x36)],
    ["without a topic", Buffer.from([0x32, 0x05, 0x00, 0x00, 0x00, 0x07, 0x00])],
  ])("ends the connection at one %s", async (_name, bytes) => {
    const { stream, taken, error } = connection();
    stream.write(Buffer.concat([bytesOf(publish()), bytes]));
    await settled();
    expect(taken).toHaveLength(1);
    expect(error()).toMatchObject({ code: "MQTT_PROTOCOL" });
    expect(stream.destroyed).toBe(true);
  });
});

/** Any packets that a broker may send to us, most of them messages. */
function somePackets(random: Random): Packet[] {
  const some = (): Packet => {
    if (random.chance(20)) return { cmd: "puback", messageId: 1 + random.below(65_535), reasonCode: 0 };
    const qos = random.chance(80) ? 1 : 0;
    const properties = {
      ...(random.chance(20) ? { messageExpiryInterval: random.below(1_000) } : {}),
      ...(random.chance(20) ? { userProperties: { key: "v".repeat(random.below(200)) } } : {}),
    };
    return publish({
      ...{
        topic: `a/${"b".repeat(random.below(140))}`,
        payload: random.bytes(random.below(300)),
        properties,
      },
      ...{ qos, messageId: qos === 1 ? 1 + random.below(65_535) : undefined, retain: random.chance(10) },
    });
  };
  return Array.from({ length: 1 + random.below(6) }, some);
}

async function feed(stream: PassThrough, bytes: Buffer, random: Random): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random.below(bytes.length);
    stream.write(bytes.subarray(at, at + size));
    at += size;
  }
  await settled();
}

describe("reading PUBLISH packets as mqtt-packet does", () => {
  it("takes from 500 random streams what that reads, however they are cut", async () => {
    for (let index = 0; index < 500; index += 1) {
      const random = randomOf(1, index);
      const packets = somePackets(random);
      const read: IPublishPacket[] = [];
      const peer = parser(v5);
      peer.on("packet", (packet) => packet.cmd === "publish" && read.push(packet));
      peer.parse(bytesOf(...packets));
      const { stream, taken, passed, error } = connection();
      await feed(stream, bytesOf(...packets), random);
      expect(error()).toBeNull();
      expect(taken).toEqual(
        read.map(({ topic, payload, qos, messageId, retain }) => ({
          topic,
          payload,
          qos,
          messageId,
          retain,
        })),
      );
      expect(passed()).toEqual(bytesOf(...packets.filter(({ cmd }) => cmd !== "publish")));
    }
  });

  it("ends 2,000 mutated streams, or reads on; it never fails otherwise", async () => {
    let ended = 0;
    for (let index = 0; index < 2_000; index += 1) {
      const random = randomOf(2, index);
      const { stream, error } = connection();
      await feed(stream, mutateBytes(bytesOf(...somePackets(random)), random), random);
      const found = error();
      if (found !== null) expect(found).toMatchObject({ code: "MQTT_PROTOCOL" });
      if (found !== null) ended += 1;
    }
    expect(ended).toBeGreaterThan(100);
  });
});
