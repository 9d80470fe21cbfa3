import { parser } from "mqtt-packet";
import { expect, it } from "vitest";
import { createPacketTape } from "./packet-tape.ts";

function parse(bytes: Uint8Array) {
  const packets: { topic: string; payload: Buffer; messageId: number; qos: number; length: number }[] = [];
  const reader = parser({ protocolVersion: 4 });
  reader.on("packet", (packet) => packets.push(packet as never));
  reader.on("error", (error) => {
    throw error;
  });
  reader.parse(Buffer.from(bytes));
  return packets;
}

it("writes packets that mqtt-packet reads, at every size of the length field", () => {
  const tape = createPacketTape();
  const payloads = [0, 1, 100, 126, 127, 128, 16_383, 16_384, 300_000].map((size) =>
    Buffer.alloc(size, size % 251),
  );
  for (const payload of payloads) tape.append("coldmark/v1/gw-é/data", payload);
  const packets = parse(tape.bytes(0, tape.count));
  expect(packets.map(({ payload }) => payload)).toEqual(payloads);
  expect(packets.map(({ messageId }) => messageId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(new Set(packets.map(({ topic, qos }) => `${topic} ${qos}`))).toEqual(
    new Set(["coldmark/v1/gw-é/data 1"]),
  );
});

it("gives whole packets of any stretch and lets ids begin again after 65,535", () => {
  const tape = createPacketTape();
  for (let n = 0; n < 65_540; n += 1) tape.append("t", Buffer.from(String(n)));
  const packets = parse(tape.bytes(65_533, 65_537));
  expect(packets.map(({ messageId }) => messageId)).toEqual([65_534, 65_535, 1, 2]);
  expect(packets.map(({ payload }) => payload.toString())).toEqual(["65533", "65534", "65535", "65536"]);
});
