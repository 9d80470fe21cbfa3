import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { createAcknowledger } from "./acknowledger.ts";

/** A connection that keeps what is written to it, each write as the packet ids of its PUBACKs. */
function connection() {
  const writes: number[][] = [];
  const write = (bytes: Buffer) => {
    const ids: number[] = [];
    for (let at = 0; at < bytes.length; at += 4) {
      expect(bytes.readUInt16BE(at)).toBe(0x4002);
      ids.push(bytes.readUInt16BE(at + 2));
    }
    return writes.push(ids);
  };
  const client = { connected: true, stream: { write } } as unknown as Parameters<
    typeof createAcknowledger
  >[0];
  return { client, writes };
}

const packet = (messageId: number) => ({ qos: 1, messageId });

describe("PUBACKs of one connection", () => {
  it("go in one piece, in the order of receipt, whatever the order in which messages became durable", async () => {
    const { client, writes } = connection();
    const acknowledger = createAcknowledger(client);
    const done = [7, 8, 9, 10].map((id) => acknowledger.receive(packet(id)));
    for (const at of [2, 0, 3, 1]) done[at]?.();
    await setImmediate();
    expect(writes).toEqual([[7, 8, 9, 10]]);
    expect(acknowledger.waiting()).toBe(0);
  });

  it("wait for those of packets that came before", async () => {
    const { client, writes } = connection();
    const acknowledger = createAcknowledger(client);
    const [first, second, third] = [1, 2, 3].map((id) => acknowledger.receive(packet(id)));
    second?.();
    await setImmediate();
    expect(writes).toEqual([]);
    expect(acknowledger.waiting()).toBe(3);
    first?.();
    await setImmediate();
    expect(writes).toEqual([[1, 2]]);
    third?.();
    await setImmediate();
    expect(writes).toEqual([[1, 2], [3]]);
  });

  it("are not owed for QoS 0, which holds no other up", async () => {
    const { client, writes } = connection();
    const acknowledger = createAcknowledger(client);
    acknowledger.receive({ qos: 0, messageId: undefined });
    acknowledger.receive(packet(4))();
    await setImmediate();
    expect(writes).toEqual([[4]]);
  });

  it("are not written once the connection is gone", async () => {
    const { client, writes } = connection();
    const acknowledger = createAcknowledger(client);
    acknowledger.receive(packet(4))();
    client.connected = false;
    await setImmediate();
    expect(writes).toEqual([]);
  });
});
