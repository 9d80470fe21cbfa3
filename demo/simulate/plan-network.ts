/** A register file for a simulation: one pharmacy chain with a refrigerator and a gateway in each of its shops. */
import { randomBytes } from "node:crypto";
import { toBase64, toHex } from "#domain/log/bytes.ts";
import { demoGln } from "../identifiers.ts";
import type { EquipmentRecord, NetworkFile, SiteRecord } from "../network-file.ts";
import type { DeviceKey } from "../seed.ts";
import { publicKeyOf } from "../sign.ts";
import type { SimulatedDevice } from "./device.ts";

/** How large a simulated network is; `since` (epoch ms) is when its calibrations were made. */
export interface NetworkSize {
  readonly sites: number;
  readonly sensors: number;
  readonly signed: boolean;
  readonly since: number;
}

const yearMs = 365 * 86_400_000;
/** Organisations hold at most so many sites in a register file. */
const sitesPerOrganisation = 1_000;

/** Random secrets each time: what is written once is the network from then on. */
export function planSimulation(size: NetworkSize): { file: NetworkFile; devices: SimulatedDevice[] } {
  const devices = Array.from({ length: size.sites }, (_, at) => planDevice(at + 1, size));
  const chains = Array.from({ length: Math.ceil(size.sites / sitesPerOrganisation) }, (_, chain) => {
    const own = devices.slice(chain * sitesPerOrganisation, (chain + 1) * sitesPerOrganisation);
    const number = chain * sitesPerOrganisation;
    return {
      id: `sim-chain-${chain + 1}`,
      kind: "pharmacy" as const,
      names: { zh: `模拟连锁药房${chain + 1}`, en: `Simulated pharmacies ${chain + 1}` },
      gln: demoGln(90_000 + chain),
      keys: [],
      apiKeys: [],
      sites: own.map((device, at) => planSite(device, number + at + 1, size)),
    };
  });
  const operator = {
    id: "operator",
    kind: "operator" as const,
    names: { zh: "运营方", en: "Operator" },
    gln: demoGln(99_999),
    keys: [],
    apiKeys: [],
  };
  const file: NetworkFile = {
    coldmark: 1,
    operator: "operator",
    organisations: [operator, ...chains],
    signatures: [],
  };
  return { file, devices };
}

function planDevice(number: number, { sensors, signed }: NetworkSize): SimulatedDevice {
  const id = `sim-${String(number).padStart(5, "0")}`;
  const channels = Array.from({ length: sensors }, (_, at) => ({ name: `t${at + 1}`, point: randomLabel() }));
  return {
    id,
    password: randomBytes(32).toString("base64url"),
    key: signed ? newKey(`${id}.key-1`) : null,
    channels,
  };
}

function newKey(kid: string): DeviceKey {
  const privateKey = new Uint8Array(randomBytes(32));
  return { kid, privateKey, publicKey: publicKeyOf(privateKey) };
}

function planSite(
  { id, password, key, channels }: SimulatedDevice,
  number: number,
  { since }: NetworkSize,
): SiteRecord {
  const keys =
    key === null ? [] : [{ kid: key.kid, alg: "Ed25519" as const, publicKey: toBase64(key.publicKey) }];
  return {
    id: `shop-${id}`,
    kind: "shop",
    gln: demoGln(number),
    names: { zh: `模拟门店${number}`, en: `Simulated shop ${number}` },
    label: randomLabel(),
    equipment: [planFridge(id, channels, since)],
    gateways: [{ id, kind: "native", signatureRequired: key !== null, keys, mqttPassword: password }],
  };
}

function planFridge(gateway: string, channels: SimulatedDevice["channels"], since: number): EquipmentRecord {
  const at = (ms: number) => new Date(ms).toISOString();
  return {
    id: `fridge-${gateway}`,
    kind: "refrigerator",
    scope: "shop",
    names: { zh: "冷藏柜", en: "Refrigerator" },
    extension: "F1",
    label: randomLabel(),
    lowerLimitC: 2,
    upperLimitC: 8,
    profile: "CN-GSP",
    sensors: channels.map(({ name, point }) => ({
      id: `${gateway}-${name}`,
      gateway,
      channel: name,
      point,
      since: at(since),
      calibrations: [
        {
          certificate: `SIM-${gateway}-${name}`,
          calibratedAt: at(since - yearMs / 12),
          validUntil: at(since + yearMs),
          errorC: 0,
        },
      ],
    })),
  };
}

function randomLabel(): string {
  return toHex(randomBytes(16));
}
