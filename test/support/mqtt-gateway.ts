import { connectAsync, type MqttClient } from "mqtt";
import { toBase64, utf8 } from "#domain/log/bytes.ts";
import { messageToSign, signEd25519 } from "#domain/log/signature.ts";
import { gatewayKey, gatewayPassword } from "./gateway-network.ts";

/** A receipt as a gateway hears it. */
export interface HeardReceipt {
  readonly v: 1;
  readonly boot: number;
  readonly upTo: number;
  readonly also: readonly (readonly [number, number])[];
  readonly hash: string;
  readonly time: number;
  readonly kid: string;
  readonly sig: string;
}

/** A gateway on real MQTT 3.1.1, driven by a test. */
export interface MqttGateway {
  readonly id: string;
  readonly client: MqttClient;
  readonly receipts: readonly HeardReceipt[];
  /** Resolves with the broker's PUBACK. @throws when the connection ends without one */
  publish(lane: string, payload: string | Uint8Array): Promise<void>;
  publishTo(topic: string, payload: string | Uint8Array): Promise<void>;
  /** The first receipt, heard already or to come, that satisfies. */
  receipt(satisfies: (receipt: HeardReceipt) => boolean): Promise<HeardReceipt>;
  close(): Promise<void>;
}

/** Connects a gateway and listens for its receipts. */
export async function connectGateway(url: string, id: string): Promise<MqttGateway> {
  const client = await connectAsync(url, {
    protocolVersion: 4,
    clientId: id,
    username: id,
    password: gatewayPassword,
    reconnectPeriod: 0,
  });
  const receipts: HeardReceipt[] = [];
  const waiting = new Set<() => void>();
  client.on("message", (_topic, payload) => {
    receipts.push(JSON.parse(payload.toString("utf8")) as HeardReceipt);
    for (const look of waiting) look();
  });
  await client.subscribeAsync(`coldmark/v1/${id}/receipt`, { qos: 1 });
  const gone = new Promise<never>((_, reject) =>
    client.once("close", () => reject(new Error(`the connection of ${id} ended`))),
  );
  gone.catch(() => undefined);
  // MQTT.js itself never settles a publish whose connection ends, where it makes no other one.
  const publishTo = async (topic: string, payload: string | Uint8Array) => {
    const bytes = typeof payload === "string" ? payload : Buffer.from(payload);
    await Promise.race([client.publishAsync(topic, bytes, { qos: 1 }), gone]);
  };
  return {
    id,
    client,
    receipts,
    publishTo,
    publish: (lane, payload) => publishTo(`coldmark/v1/${id}/${lane}`, payload),
    receipt: (satisfies) =>
      new Promise((resolve) => {
        const look = () => {
          const found = receipts.find(satisfies);
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    // Without a connection it would wait for ever for the acknowledgements that never come.
    close: () => client.endAsync(!client.connected),
  };
}

/** The body of a native message. */
export function bodyOf(boot: number, seq: number, readings: readonly unknown[], sent = Date.now()): string {
  return JSON.stringify({ v: 1, boot, seq, sent, readings });
}

/** A body wrapped and signed for a topic. */
export function signedMessage(topic: string, body: string, kid: string, privateKey = gatewayKey): string {
  const bytes = utf8(body);
  const sig = toBase64(signEd25519(privateKey, messageToSign(topic, bytes)));
  return JSON.stringify({ v: 1, kid, alg: "Ed25519", sig, body: toBase64(bytes) });
}
