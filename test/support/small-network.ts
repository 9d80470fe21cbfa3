/** One maker with one monitored cold room: the smallest network in which a pack gets a COMPLIANT verdict. */
import { randomBytes } from "node:crypto";
import { ed25519 } from "@noble/curves/ed25519.js";
import { registerMessage } from "#demo/network.ts";
import { checkDigit } from "#domain/codes/check-digit.ts";
import { toBase64 } from "#domain/log/bytes.ts";
import { signEd25519 } from "#domain/log/signature.ts";

/** A key pair of a test. */
export interface TestKey {
  readonly kid: string;
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
}

/** What a test knows of its network: the file to register and the secrets of its devices. */
export interface SmallNetwork {
  readonly file: Record<string, unknown>;
  readonly gateway: { readonly id: string; readonly key: TestKey; readonly password: string };
  readonly scanner: TestKey;
  readonly apiKey: string;
  readonly gtin: string;
  readonly lot: string;
  readonly room: string;
  readonly label: string;
  readonly since: number;
}

const minuteMs = 60_000;

/** A network whose equipment is stated, and signed offline, to be there since `since` (epoch ms). */
export function smallNetwork(since: number, replay = false): SmallNetwork {
  const [gatewayKey, scanner] = [newKey("gw-test-a"), newKey("scanner-test")];
  const gln = withCheckDigit("690000000001");
  const gtin = withCheckDigit("0690000000001");
  const apiKey = `cmk_${randomBytes(32).toString("base64url")}`;
  const label = randomBytes(16).toString("hex");
  const at = new Date(since).toISOString();
  const calibration = {
    certificate: "C-1",
    calibratedAt: new Date(since - minuteMs).toISOString(),
    validUntil: new Date(Date.now() + 300 * 86_400_000).toISOString(),
  };
  const points = ["t1", "t2"].map((channel) => ({
    id: channel,
    gateway: "gw-test",
    channel,
    since: at,
    calibrations: [calibration],
  }));
  const maker = {
    id: "maker",
    kind: "manufacturer",
    names: { zh: "示范药厂", en: "Demo maker" },
    gln,
    keys: [{ ...publicPart(scanner), offline: true }],
    apiKeys: [{ id: "scanner", scopes: ["capture", "provenance:partner"], secret: apiKey }],
    sites: [
      {
        id: "plant",
        kind: "warehouse",
        gln,
        names: { zh: "厂区", en: "Plant" },
        equipment: [
          {
            id: "cold-room",
            kind: replay ? "vehicle" : "coldroom",
            scope: replay ? "transport" : "warehouse",
            names: { zh: "冷库", en: "Cold room" },
            extension: "CR1",
            label,
            lowerLimitC: 2,
            upperLimitC: 8,
            since: at,
            sensors: replay ? points.slice(0, 1) : points,
          },
        ],
        gateways: [
          {
            id: "gw-test",
            kind: replay ? "replay" : "native",
            signatureRequired: !replay,
            keys: replay ? [] : [publicPart(gatewayKey)],
            mqttPassword: "password-of-a-test",
          },
        ],
      },
    ],
    products: [
      {
        gtin,
        names: { zh: "示范药品", en: "Demo medicine" },
        lowerLimitC: 2,
        upperLimitC: 8,
        effectiveFrom: at,
      },
    ],
    lots: [{ gtin, lot: "L1", expiry: "2030-01-31" }],
  };
  const operator = { id: "operator", kind: "operator", names: { zh: "运营方", en: "Operator" } };
  const file = { coldmark: 1 as const, operator: "operator", organisations: [operator, maker] };
  const sig = toBase64(signEd25519(scanner.privateKey, registerMessage(file as never)));
  return {
    file: { ...file, signatures: [{ kid: scanner.kid, sig }] },
    gateway: { id: "gw-test", key: gatewayKey, password: "password-of-a-test" },
    scanner,
    apiKey,
    gtin,
    lot: "L1",
    room: `https://id.gs1.org/414/${gln}/254/CR1`,
    label,
    since,
  };
}

function newKey(kid: string): TestKey {
  const privateKey = ed25519.utils.randomSecretKey();
  return { kid, privateKey, publicKey: ed25519.getPublicKey(privateKey) };
}

function publicPart({ kid, publicKey }: TestKey) {
  return { kid, alg: "Ed25519", publicKey: toBase64(publicKey) };
}

function withCheckDigit(digits: string): string {
  return digits + checkDigit(digits);
}
