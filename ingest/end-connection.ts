import { setTimeout as pause } from "node:timers/promises";
import type { MqttClient } from "mqtt";

const patienceMs = 2_000;

/**
 * Ends a broker's connection in good form, with last words if there are any; what the broker doesn't answer within 2 s is not
 * waited for. MQTT.js by itself waits for outstanding PUBACKs for ever, also on a line that was cut.
 */
export async function endConnection(client: MqttClient, lastWords?: () => Promise<unknown>): Promise<void> {
  const inGoodForm = async () => {
    await lastWords?.();
    await client.endAsync();
  };
  await Promise.race([inGoodForm().catch(() => undefined), pause(patienceMs, undefined, { ref: false })]);
  client.stream.destroy();
}
