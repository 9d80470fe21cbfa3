/** What one hostile connection sends: mostly a good start, one packet out of shape, and sometimes more. */
import { generate, type Packet } from "mqtt-packet";
import { bodyOf } from "./mqtt-gateway.ts";
import { mutateBytes } from "./mutate-bytes.ts";
import type { Random } from "./random.ts";
import { connectPacket, publishPacket } from "./raw-mqtt.ts";

type Maker = (random: Random, id: string) => Packet;

const lanes = ["data", "hist", "status"] as const;
/** Of any moment of the last months, so that readings rarely meet. */
const spanMs = 10_000_000_000;
const newestTs = 1_700_000_000_000;

const publish: Maker = (random, id) => {
  const topics = [
    `coldmark/v1/${id}/${random.pick(lanes)}`,
    `coldmark/v1/gw-fuzz-0/data`,
    "a/b",
    "$SYS/x",
    `coldmark/v1/${id}/é`,
  ];
  const topic = random.chance(75) ? `coldmark/v1/${id}/data` : random.pick(topics);
  const ts = newestTs - random.below(spanMs);
  const body = bodyOf(
    1 + random.below(3),
    1 + random.below(1_000_000),
    [{ s: "t1", ts, t: random.below(9) }],
    1,
  );
  const qos = random.pick([0, 1, 1, 1, 2]);
  return publishPacket(
    topic,
    random.chance(90) ? body : random.bytes(random.below(200)),
    1 + random.below(65_535),
    {
      ...{ qos, dup: qos > 0 && random.chance(20), retain: random.chance(20) },
    },
  );
};
const subscribe: Maker = (random, id) => ({
  cmd: "subscribe",
  messageId: 1 + random.below(65_535),
  subscriptions: Array.from({ length: 1 + random.below(4) }, () => ({
    topic: random.pick([`coldmark/v1/${id}/receipt`, "#", "+/+", "$share/g/#", "a//b"]),
    qos: random.pick([0, 1, 2] as const),
  })),
});
const acknowledgement: Maker = (random) => {
  const messageId = 1 + random.below(65_535);
  return random.pick<Packet>([
    { cmd: "puback", messageId },
    { cmd: "pubrec", messageId },
    { cmd: "pubrel", messageId },
    { cmd: "pubcomp", messageId },
    { cmd: "unsuback", messageId, granted: [] },
  ]);
};
const withProperties: Maker = (random, id) =>
  publishPacket(`coldmark/v1/${id}/data`, "{}", 1 + random.below(65_535), {
    properties: {
      topicAlias: 1 + random.below(65_535),
      userProperties: { k: Array.from({ length: random.below(20) }, () => "v".repeat(random.below(500))) },
      correlationData: random.bytes(random.below(100)),
    },
  });

const makers: readonly Maker[] = [
  publish,
  publish,
  publish,
  publish,
  subscribe,
  acknowledgement,
  withProperties,
  (random, id) => ({
    cmd: "unsubscribe",
    messageId: 1 + random.below(65_535),
    unsubscriptions: [`coldmark/v1/${id}/receipt`, "#"],
  }),
  () => ({ cmd: "pingreq" }),
  () => ({ cmd: "pingresp" }),
  () => ({ cmd: "disconnect" }),
  (_random, id) => connectPacket(id),
  () => ({ cmd: "connack", returnCode: 0, sessionPresent: false }),
  (random) => ({ cmd: "suback", messageId: 1 + random.below(65_535), granted: [0, 1, 128] }),
];

const connects: readonly Maker[] = [
  (_random, id) => connectPacket(id),
  (_random, id) => connectPacket(id, { clean: false, keepalive: 0 }),
  (random, id) =>
    connectPacket(id, {
      will: {
        topic: random.pick([`coldmark/v1/${id}/status`, `coldmark/v1/${id}/data`, "x/#", "\0"]),
        payload: random.bytes(random.below(100)),
        qos: random.below(3),
        retain: random.chance(50),
      },
    }),
];

/** Lengths that lie: too long, too short, not minimal, of five bytes. */
const lies = [
  [0],
  [1],
  [0x7f],
  [0xff, 0xff, 0x7f],
  [0x80, 0x80, 0x00],
  [0xff, 0xff, 0xff, 0xff, 0x7f],
  [0xff, 0xff, 0xff, 0x7f],
];

/** What one connection of a gateway sends. */
export interface HostilePackets {
  /** A good CONNECT and a good PUBLISH with QoS 1, whose PUBACK is waited for; null where everything is sent at once. */
  readonly opening: Buffer | null;
  /** One packet out of shape, good ones before and after it, and the CONNECT where there is no opening. */
  readonly rest: Buffer;
}

/** The bytes of one connection of this gateway. */
export function hostilePackets(random: Random, id: string): HostilePackets {
  const some = () => Array.from({ length: random.below(3) }, () => bytesOf(random.pick(makers)(random, id)));
  const opening = random.chance(25) ? openingOf(random, id) : null;
  const start = opening === null && random.chance(95) ? [bytesOf(random.pick(connects)(random, id))] : [];
  const good = bytesOf(
    random.chance(6) ? random.pick(connects)(random, id) : random.pick(makers)(random, id),
  );
  return { opening, rest: Buffer.concat([...start, ...some(), outOfShape(good, random), ...some()]) };
}

function openingOf(random: Random, id: string): Buffer {
  const body = bodyOf(
    3,
    1 + random.below(1_000_000),
    [{ s: "t1", ts: newestTs - random.below(spanMs), t: 4 }],
    1,
  );
  return Buffer.concat([
    bytesOf(random.pick(connects)(random, id)),
    bytesOf(publishPacket(`coldmark/v1/${id}/data`, body, 1 + random.below(65_535))),
  ]);
}

function bytesOf(packet: Packet): Buffer {
  const version = "properties" in packet && packet.properties ? 5 : 4;
  return generate(packet, { protocolVersion: version });
}

function outOfShape(packet: Buffer, random: Random): Buffer {
  const way = random.below(10);
  if (way === 0)
    return Buffer.concat([packet.subarray(0, 1), Buffer.from(random.pick(lies)), packet.subarray(2)]);
  if (way === 1) return Buffer.concat([Buffer.of(random.below(256)), packet.subarray(1)]);
  if (way === 2) return random.bytes(1 + random.below(200));
  if (way === 3) return Buffer.concat([packet.subarray(0, 2), mutateBytes(packet.subarray(2), random)]);
  if (way === 4) return sameLength(packet, random);
  return mutateBytes(packet, random);
}

/** Other bytes in a frame that is right, so that the reader gets past the frame. */
function sameLength(packet: Buffer, random: Random): Buffer {
  const changed = Buffer.from(packet);
  for (let left = 1 + random.below(6); left > 0 && changed.length > 2; left -= 1) {
    changed[2 + random.below(changed.length - 2)] = random.pick([
      0,
      1,
      2,
      0x7f,
      0x80,
      0xff,
      random.below(256),
    ]);
  }
  return changed;
}
