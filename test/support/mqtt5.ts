/** MQTT 5 clients for tests of a broker's rules. */
import { connect, type IClientOptions, type MqttClient } from "mqtt";

/** Who signs in, and where. */
export interface SignIn {
  readonly url: string;
  readonly username: string;
  readonly password: string;
}

/** What a client heard. */
export interface Heard {
  readonly topic: string;
  readonly bytes: number;
  readonly retain: boolean;
}

/** A connected client, all that it heard, and the moment its connection ended. */
export interface Mqtt5Client {
  readonly client: MqttClient;
  readonly heard: readonly Heard[];
  readonly sessionPresent: boolean;
  readonly closed: Promise<"closed">;
}

/** Connects once; `options` over a clean session by the user's name. */
export async function connect5(
  { url, username, password }: SignIn,
  options: IClientOptions = {},
): Promise<Mqtt5Client> {
  const fixed = { protocolVersion: 5, clientId: username, username, password, reconnectPeriod: 0 } as const;
  const client = connect(url, { ...fixed, ...options });
  const heard: Heard[] = [];
  client.on("message", (topic, { length: bytes }, { retain }) => heard.push({ topic, bytes, retain }));
  const closed = new Promise<"closed">((resolve) => client.once("close", () => resolve("closed")));
  const sessionPresent = await new Promise<boolean>((resolve, reject) => {
    client.once("connect", (packet) => resolve(packet.sessionPresent));
    client.once("error", reject);
  });
  client.on("error", () => undefined);
  return { client, heard, closed, sessionPresent };
}

/** What becomes of one publish at QoS 1: "accepted", the reason code of the refusal, or "closed" without an answer. */
export async function fateOf(
  { client, closed }: Mqtt5Client,
  topic: string,
  payload: string | Buffer = "x",
  retain = false,
): Promise<"accepted" | "closed" | number> {
  const answered = client.publishAsync(topic, payload, { qos: 1, retain }).then(
    () => "accepted" as const,
    (refusal: { code?: number }) => refusal.code ?? ("closed" as const),
  );
  return await Promise.race([answered, closed]);
}
