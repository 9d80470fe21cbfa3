/** A maker of gateways, a pharmacy that claims them and another that has no part in it, behind the API with ingestion. */
import { createHash, randomBytes } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { p256 } from "@noble/curves/nist.js";
import { connectAsync, type MqttClient } from "mqtt";
import { pino } from "pino";
import { loadConfig } from "#config";
import { checkDigit } from "#domain/codes/check-digit.ts";
import { toBase64, utf8 } from "#domain/log/bytes.ts";
import { messageToSign } from "#domain/log/signature.ts";
import { type Ingest, startIngest } from "#ingest/run.ts";
import { newApiKey } from "#services/api-keys/secret.ts";
import type { Store } from "#store/connect.ts";
import { openPostgresReadings } from "#store/readings/postgres.ts";
import type { ReadingsStore } from "#store/readings/readings-store.ts";
import { bodyOf } from "./mqtt-gateway.ts";
import { type PeopleNetwork, peopleFile, startPeopleNetwork } from "./people-network.ts";

/** A gateway as it leaves the factory: what is burnt into it and what is printed on it. */
export interface FactoryDevice {
  readonly serial: string;
  readonly kid: string;
  readonly code: string;
  readonly sticker: string;
  readonly privateKey: Uint8Array;
  readonly upload: Readonly<Record<string, string>>;
  /** A signed message, as the firmware makes it. */
  message(topic: string, body: string): string;
}

/** The network at work; `keys` are API keys of the organisations. */
export interface MakerNetwork {
  readonly people: PeopleNetwork;
  readonly ingest: Ingest;
  readonly readings: ReadingsStore;
  readonly keys: Readonly<Record<"maker" | "rival" | "shop" | "other" | "weak", string>>;
  /** Asks the API at the time it is now. */
  ask(method: string, path: string, body?: object, headers?: Record<string, string>): Promise<Response>;
  stop(): Promise<void>;
}

const names = { zh: "示范", en: "Demo" };
const receiptKey = { kid: "receipt-1", privateKey: new Uint8Array(32).fill(9) };
/** The public key that this network's receipts and commands verify under. */
export const makerReceiptKey = {
  kid: receiptKey.kid,
  publicKey: ed25519.getPublicKey(receiptKey.privateKey),
};

/** Makes a gateway with a key of its own; the kid is left for the service to derive. */
export function makeDevice(serial: string, alg: "Ed25519" | "ES256" = "Ed25519"): FactoryDevice {
  const curve = alg === "Ed25519" ? ed25519 : p256;
  const privateKey = curve.utils.randomSecretKey();
  const publicKey = curve.getPublicKey(privateKey);
  const kid = createHash("sha256").update(publicKey).digest("hex").slice(0, 32);
  const code = randomBytes(15).toString("base64url");
  const claimSha256 = createHash("sha256").update(code).digest("hex");
  return {
    ...{ serial, kid, code, privateKey, sticker: `coldmark:gw:${serial}:${code}` },
    upload: { serial, alg, publicKey: toBase64(publicKey), claimSha256 },
    message: (topic, body) => {
      const bytes = utf8(body);
      const toSign = messageToSign(topic, bytes);
      const sig = toBase64(
        alg === "Ed25519" ? ed25519.sign(toSign, privateKey) : p256.sign(toSign, privateKey, { lowS: false }),
      );
      return JSON.stringify({ v: 1, kid, alg, sig, body: toBase64(bytes) });
    },
  };
}

/** Registers the organisations on a store and starts the API and ingestion on it. */
export async function startMakerNetwork(
  store: Store,
  settings: Record<string, string> = {},
): Promise<MakerNetwork> {
  const people = await startPeopleNetwork(store);
  const keys = {
    maker: newApiKey(),
    rival: newApiKey(),
    shop: newApiKey(),
    other: newApiKey(),
    weak: newApiKey(),
  };
  const { faults } = await people.register(networkOf(keys));
  if (faults.length > 0) throw new Error(`the test's file has faults: ${JSON.stringify(faults)}`);
  const readings = openPostgresReadings(store);
  const config = loadConfig({ MQTT_PORT: "0", ...settings });
  const log = pino({ level: "silent" });
  const ingest = await startIngest({ store, readings, config, clock: Date.now, log, receiptKey });
  return {
    ...{ people, ingest, readings, keys },
    ask: (method, path, body, headers = {}) => {
      people.now = Date.now();
      const sent = new Headers({ Origin: "http://localhost", ...headers });
      if (body !== undefined) sent.set("Content-Type", "application/json");
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      return Promise.resolve(people.app.request(path, { method, headers: sent, ...text }));
    },
    stop: () => ingest.stop(),
  };
}

/** The register file; sensors are hung on gateways that were claimed by `hang`. */
function networkOf(keys: MakerNetwork["keys"], hang: readonly string[] = []) {
  const apiKey = (scope: string, secret: string) => ({ id: scope, scopes: [scope], secret });
  const maker = (id: string, secret: string) => ({
    ...{ id, kind: "manufacturer", names, apiKeys: [apiKey("devices", secret)] },
  });
  const shop = (id: string, number: number, apiKeys: object[]) => ({
    ...{ id, kind: "pharmacy", names, apiKeys },
    sites: [{ ...{ id: "till-side", kind: "shop", names }, gln: glnOf(number), ...standing(hang) }],
  });
  return {
    coldmark: 1,
    operator: peopleFile().operator,
    organisations: [
      maker("gateway-maker", keys.maker),
      maker("rival-maker", keys.rival),
      shop("shop", 11, [apiKey("gateways", keys.shop), apiKey("capture", keys.weak)]),
      shop("other", 12, [apiKey("gateways", keys.other)]),
    ],
  };
}

/** Registers a refrigerator with a sensor on channel t1 of each of the pharmacy's claimed gateways. */
export async function hangSensors(network: MakerNetwork, gateways: readonly string[]): Promise<void> {
  const { organisations, ...file } = networkOf(network.keys, gateways);
  network.people.now = Date.now();
  const own = organisations.filter(({ id }) => id === "shop");
  const { faults } = await network.people.register({ ...file, organisations: own });
  if (faults.length > 0) throw new Error(`the test's file has faults: ${JSON.stringify(faults)}`);
}

function standing(gateways: readonly string[]) {
  return {
    gateways: gateways.map((id) => ({ id, kind: "native", signatureRequired: true })),
    equipment: gateways.map((gateway) => ({
      ...{ id: fridgeBehind(gateway), kind: "refrigerator", names },
      ...{ lowerLimitC: 2, upperLimitC: 8 },
      sensors: [{ id: `s-${gateway}`, gateway, channel: "t1", point: pointBehind(gateway) }],
    })),
  };
}

/** The refrigerator, and the measuring point in it, behind a claimed gateway. */
export const fridgeBehind = (gateway: string) => `fridge-${gateway}`;
export const pointBehind = (gateway: string) => createHash("md5").update(gateway).digest("hex");

function glnOf(number: number): string {
  const digits = `6900000000${number}`;
  return digits + checkDigit(digits);
}

/** A claimed gateway's connection, with the credentials that claiming it gave. */
export async function connectClaimed(url: string, id: string, password: string): Promise<MqttClient> {
  return await connectAsync(url, {
    ...{ protocolVersion: 4, clientId: id, username: id, password, reconnectPeriod: 0 },
  });
}

/** A body with one reading taken now. */
export function oneReading(boot: number, seq: number, t = 5): string {
  const ts = Date.now();
  return bodyOf(boot, seq, [{ s: "t1", ts, t }], ts);
}
