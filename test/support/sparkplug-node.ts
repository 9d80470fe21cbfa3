// An edge node as a test drives it, by a Protobuf description of its own: what the host reads is not what it wrote itself.
import { connectAsync, type MqttClient } from "mqtt";
import protobuf from "protobufjs";
import { gatewayPassword } from "./gateway-network.ts";

const { root } = protobuf.parse(`
  syntax = "proto2";
  message Payload {
    message Metric {
      optional string name = 1; optional uint64 alias = 2; optional uint64 timestamp = 3; optional uint32 datatype = 4;
      optional bool is_historical = 5; optional bool is_transient = 6; optional bool is_null = 7;
      oneof value {
        uint32 int_value = 10; uint64 long_value = 11; float float_value = 12; double double_value = 13;
        bool boolean_value = 14; string string_value = 15; bytes bytes_value = 16;
      }
    }
    optional uint64 timestamp = 1; repeated Metric metrics = 2; optional uint64 seq = 3; optional string uuid = 4;
  }`);
const Payload = root.lookupType("Payload");

/** A payload's fields, as the specification names them in camelCase. */
export interface TestPayload {
  readonly timestamp?: number;
  readonly seq?: number;
  readonly metrics?: readonly Readonly<Record<string, unknown>>[];
}

/** The bytes of a payload. */
export function sparkplugBytes(payload: TestPayload): Uint8Array {
  return new Uint8Array(Payload.encode(Payload.fromObject(payload)).finish());
}

/** What a payload's bytes say, by this description. */
export function sparkplugFields(bytes: Uint8Array): Record<string, unknown> {
  return Payload.toObject(Payload.decode(bytes), { longs: Number });
}

/** An edge node at a broker, with its death as will. */
export interface TestNode {
  readonly client: MqttClient;
  /** Commands and states heard so far: topic and payload. */
  readonly heard: readonly { readonly topic: string; readonly payload: Buffer; readonly qos: number }[];
  /** Publishes as the next message of the session (`seq` counted here), QoS 0 but waited for. */
  say(type: string, payload: TestPayload, device?: string): Promise<void>;
  /** Ends without a DISCONNECT, so that the will is published. */
  die(): Promise<void>;
  close(): Promise<void>;
}

/** Connects the node `edge` of group `g` as gateway `id`. */
export async function connectNode(
  url: string,
  id: string,
  edge: string,
  hostId: string,
  bdSeq = 0,
): Promise<TestNode> {
  const death = sparkplugBytes({ metrics: [{ name: "bdSeq", datatype: 4, longValue: bdSeq }] });
  const client = await connectAsync(url, {
    ...{ protocolVersion: 4, clientId: id, username: id, password: gatewayPassword, reconnectPeriod: 0 },
    will: { topic: `spBv1.0/g/NDEATH/${edge}`, payload: Buffer.from(death), qos: 1, retain: false },
  });
  const heard: { topic: string; payload: Buffer; qos: number }[] = [];
  client.on("message", (topic, payload, { qos }) => void heard.push({ topic, payload, qos }));
  await client.subscribeAsync([`spBv1.0/g/NCMD/${edge}`, `spBv1.0/STATE/${hostId}`], { qos: 1 });
  let seq = -1;
  return {
    client,
    heard,
    say: async (type, payload, device) => {
      seq = type === "NBIRTH" ? 0 : (seq + 1) % 256;
      const topic = `spBv1.0/g/${type}/${edge}${device === undefined ? "" : `/${device}`}`;
      await client.publishAsync(topic, Buffer.from(sparkplugBytes({ seq, ...payload })), { qos: 0 });
    },
    die: async () => {
      const closed = new Promise<void>((resolve) => client.once("close", () => resolve()));
      client.stream.destroy();
      await closed;
    },
    close: () => client.endAsync(),
  };
}
