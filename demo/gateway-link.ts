/** A gateway's connection to its broker: kept for ever, with back-off and a last will; MQTT 3.1.1 as most firmware speaks. */
import mqtt, { type MqttClient } from "mqtt";
import { type BackOff, createBackOff } from "./back-off.ts";
import { topicOf } from "./message.ts";

const keepAliveS = 60;
const connectTimeoutMs = 30_000;
const goodbyeMs = 2_000;

/** What a link needs; `heard` gets what comes down, `up` is called at each new connection. */
export interface LinkSettings {
  readonly gateway: string;
  readonly mqttUrl: string;
  readonly password: string;
  readonly boot: number;
  readonly say: (text: string) => void;
  readonly heard: (topic: string, payload: Uint8Array) => void;
  readonly up: () => void;
  /** Where the pauses come from, for a test. */
  readonly backOff?: BackOff;
}

/** An open link; it is up once receipts and commands can be heard. Publishing is by best effort: only a receipt tells that a message arrived. */
export interface GatewayLink {
  isUp(): boolean;
  publish(topic: string, payload: Uint8Array): void;
  /** Breaks the connection without a word, so that the last will is sent, and makes no new one. */
  cut(): void;
  /** Connects again after a cut. */
  mend(): void;
  close(): Promise<void>;
}

/** Connects, and connects again whenever the connection is lost. */
export function openLink(settings: LinkSettings): GatewayLink {
  const backOff = settings.backOff ?? createBackOff();
  let client: MqttClient | null = null;
  let timer: NodeJS.Timeout | undefined;
  let lastFault = "";
  let subscribed = false;
  let closed = false;
  let isCut = false;

  const connect = (): void => {
    const fresh = mqtt.connect(settings.mqttUrl, connectOptions(settings));
    client = fresh;
    fresh.on("connect", () => {
      backOff.connected();
      lastFault = "";
      greet(fresh, settings, () => {
        subscribed = fresh === client;
        settings.up();
      });
    });
    fresh.on("message", (topic, payload) => settings.heard(topic, payload));
    fresh.on("error", (error) => {
      const fault = `${settings.gateway}: ${error.message || "the broker can't be reached"}`;
      if (fault !== lastFault) settings.say(fault);
      lastFault = fault;
    });
    fresh.once("close", () => retry(fresh));
  };
  const retry = (lost: MqttClient): void => {
    lost.end(true);
    if (lost === client) subscribed = false;
    if (closed || isCut || lost !== client) return;
    timer = setTimeout(connect, backOff.nextMs());
  };

  connect();
  return {
    isUp: () => subscribed && client?.connected === true,
    publish(topic, payload) {
      client?.publish(topic, Buffer.from(payload), { qos: 1 }, () => undefined);
    },
    cut() {
      isCut = true;
      clearTimeout(timer);
      client?.stream.destroy();
    },
    mend() {
      if (!isCut || closed) return;
      isCut = false;
      connect();
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      if (client) await sayGoodbye(client, settings);
    },
  };
}

function connectOptions({ gateway, password, boot }: LinkSettings): mqtt.IClientOptions {
  const payload = Buffer.from(statusPayload(boot, false));
  return {
    clientId: gateway,
    username: gateway,
    password,
    protocolVersion: 4,
    clean: false,
    keepalive: keepAliveS,
    connectTimeout: connectTimeoutMs,
    reconnectPeriod: 0,
    will: { topic: topicOf(gateway, "status"), payload, qos: 1, retain: true },
  };
}

function greet(client: MqttClient, { gateway, boot }: LinkSettings, ready: () => void): void {
  client.publish(
    topicOf(gateway, "status"),
    statusPayload(boot, true),
    { qos: 1, retain: true },
    () => undefined,
  );
  const down = [topicOf(gateway, "receipt"), topicOf(gateway, "command")];
  client.subscribe(down, { qos: 1 }, (error) => {
    if (!error) ready();
  });
}

/** A clean end sends no last will, so the gateway says itself that it goes. */
async function sayGoodbye(client: MqttClient, { gateway, boot }: LinkSettings): Promise<void> {
  if (client.connected) {
    const said = new Promise<void>((done) => {
      client.publish(topicOf(gateway, "status"), statusPayload(boot, false), { qos: 1, retain: true }, () =>
        done(),
      );
    });
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<void>((done) => {
      timer = setTimeout(done, goodbyeMs);
    });
    await Promise.race([said, tooLong]);
    clearTimeout(timer);
  }
  await client.endAsync(true);
}

function statusPayload(boot: number, online: boolean): string {
  return JSON.stringify({ v: 1, boot, online });
}
