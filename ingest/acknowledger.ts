import type { MqttClient } from "mqtt";

/** Sends PUBACKs on one connection. */
export interface Acknowledger {
  /** Notes a packet as it comes; what this gives is called once nothing more is needed from us for it. */
  receive(packet: { readonly qos: number; readonly messageId: number | undefined }): () => void;
  /** Packets that await their PUBACK. */
  waiting(): number;
}

/** A packet in the line of those without PUBACK. */
interface Awaited {
  readonly messageId: number;
  isDone: boolean;
}

/** PUBACK of MQTT 5 with reason 0: reason and properties are left out (MQTT 5 §3.4.2.1). */
const pubackBytes = 4;
const [pubackType, pubackRest] = [0x40, 0x02];
const nothingOwed = () => undefined;

/**
 * Collects what one commit made durable and sends its PUBACKs in one piece, in the order of receipt as MQTT 5 §4.6 asks: gateways take
 * turns before they commit, and Mosquitto looks through all that is in flight for an id that isn't the oldest. They are written here
 * and past MQTT.js, which would write each by itself in three pieces, and would keep one for the next connection.
 */
export function createAcknowledger(client: Pick<MqttClient, "connected" | "stream">): Acknowledger {
  let line: Awaited[] = [];
  let isFlushDue = false;
  const flush = (): void => {
    isFlushDue = false;
    const open = line.findIndex(({ isDone }) => !isDone);
    const count = open === -1 ? line.length : open;
    if (count === 0) return;
    const packets = pubacks(line.slice(0, count));
    line = line.slice(count);
    if (client.connected) client.stream.write(packets);
  };
  return {
    receive: ({ qos, messageId }) => {
      if (qos !== 1 || messageId === undefined) return nothingOwed;
      const awaited = { messageId, isDone: false };
      line.push(awaited);
      return () => {
        awaited.isDone = true;
        if (isFlushDue) return;
        isFlushDue = true;
        setImmediate(flush);
      };
    },
    waiting: () => line.length,
  };
}

function pubacks(packets: readonly Awaited[]): Buffer {
  const bytes = Buffer.allocUnsafe(packets.length * pubackBytes);
  let at = 0;
  for (const { messageId } of packets) {
    at = bytes.writeUInt8(pubackType, at);
    at = bytes.writeUInt8(pubackRest, at);
    at = bytes.writeUInt16BE(messageId, at);
  }
  return bytes;
}
