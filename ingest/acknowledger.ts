import type { MqttClient } from "mqtt";

/** Sends PUBACKs on one connection. */
export interface Acknowledger {
  acknowledge(packet: { readonly qos?: number; readonly messageId?: number }): void;
  /** Packets that needed nothing more from us, or got their PUBACK. */
  count(): number;
}

/** PUBACK of MQTT 5 with reason 0: reason and properties are left out (MQTT 5 §3.4.2.1). */
const pubackBytes = 4;
const [pubackType, pubackRest] = [0x40, 0x02];

/**
 * Collects what one commit made durable and sends its PUBACKs in one piece, in the order of receipt. They are written
 * here and past MQTT.js, which would write each by itself in three pieces, and would keep one for the next connection.
 */
export function createAcknowledger(client: Pick<MqttClient, "connected" | "stream">): Acknowledger {
  let due: number[] = [];
  let count = 0;
  const flush = (): void => {
    const packets = Buffer.allocUnsafe(due.length * pubackBytes);
    let at = 0;
    for (const messageId of due) {
      at = packets.writeUInt8(pubackType, at);
      at = packets.writeUInt8(pubackRest, at);
      at = packets.writeUInt16BE(messageId, at);
    }
    due = [];
    if (client.connected) client.stream.write(packets);
  };
  return {
    acknowledge: ({ qos, messageId }) => {
      count += 1;
      if (qos !== 1 || messageId === undefined) return;
      if (due.length === 0) setImmediate(flush);
      due.push(messageId);
    },
    count: () => count,
  };
}
