/** The demo network: the register file that the server gets, and the devices that only the outside world has. */

import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, toBase64, utf8 } from "#domain/log/bytes.ts";
import { canonicalize } from "#domain/log/canonical.ts";
import { signEd25519 } from "#domain/log/signature.ts";
import type { ChannelDevice, DemoDevices, GatewayDevice, ScannerDevice } from "./devices.ts";
import type { Climate } from "./fridge-model.ts";
import { demoGiai, demoGln } from "./identifiers.ts";
import type {
  EquipmentRecord,
  GatewayRecord,
  KeyRecord,
  NetworkFile,
  OrganisationRecord,
  SensorRecord,
  SiteRecord,
} from "./network-file.ts";
import {
  type EquipmentPlan,
  type OrganisationPlan,
  PLACES,
  planNetwork,
  type SitePlan,
} from "./network-plan.ts";
import { demoLots, demoProducts } from "./products.ts";
import { FAILURE_AGO_MS, HISTORY_MS, SILENCE_AGO_MS } from "./scenario.ts";
import { type DeviceKey, type Seed, seedOf } from "./seed.ts";
import { type DemoCapture, type DemoCase, planShipments } from "./shipments.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const segmentMs = 5 * minuteMs;
const labelLimitsC = { lowerLimitC: 2, upperLimitC: 8 };

/** What a demo network is made from: `seed` any whole number, `sites` is the number of pharmacies (at least 3), `now` epoch ms. */
export interface DemoSettings {
  readonly seed: number;
  readonly sites: number;
  readonly now: number;
}

/** A whole demo network; the same settings give the same one, keys and secrets included. */
export interface DemoNetwork {
  readonly now: number;
  readonly since: number;
  readonly network: NetworkFile;
  readonly devices: DemoDevices;
  readonly captures: readonly DemoCapture[];
  readonly cases: readonly DemoCase[];
}

interface Draft {
  readonly seed: Seed;
  readonly now: number;
  readonly since: number;
  readonly gateways: Map<string, GatewayDevice & { channels: ChannelDevice[] }>;
  readonly scanners: ScannerDevice[];
}

/** The network of a seed at a time: register file, devices, partners' captures and the packs to scan. */
export function demoNetwork({ seed, sites, now }: DemoSettings): DemoNetwork {
  const draft: Draft = {
    seed: seedOf(String(seed)),
    now,
    since: now - HISTORY_MS,
    gateways: new Map(),
    scanners: [],
  };
  const plans = planNetwork(sites);
  const organisations = plans.map((plan, at) => organisationRecord(draft, plan, at));
  const file = { coldmark: 1 as const, operator: "demo-operator", organisations };
  const shipments = planShipments(draft.seed, now, organisations);
  return {
    now,
    since: draft.since,
    network: { ...file, signatures: draft.scanners.map(({ key }) => signFile(file, key)) },
    devices: { gateways: [...draft.gateways.values()], scanners: draft.scanners },
    captures: shipments.captures,
    cases: shipments.cases,
  };
}

/** The bytes that an offline key signs for a register file: "coldmark/register/1" ‖ 0x00 ‖ SHA-256(JCS(file)). */
export function registerMessage(file: Omit<NetworkFile, "signatures">): Uint8Array {
  return concatBytes(utf8("coldmark/register/1"), Uint8Array.of(0), sha256(utf8(canonicalize(file))));
}

function signFile(file: Omit<NetworkFile, "signatures">, key: DeviceKey): { kid: string; sig: string } {
  return { kid: key.kid, sig: toBase64(signEd25519(key.privateKey, registerMessage(file))) };
}

function organisationRecord(draft: Draft, plan: OrganisationPlan, at: number): OrganisationRecord {
  const key = draft.seed.key(`${plan.id}-scanner`);
  const apiKey = `cmk_${draft.seed.secret(`api/${plan.id}`)}`;
  draft.scanners.push({ organisation: plan.id, key, apiKey });
  return {
    id: plan.id,
    kind: plan.kind,
    names: plan.names,
    gln: demoGln(at * 10),
    keys: [{ ...keyRecord(key), offline: true }],
    apiKeys: [{ id: `${plan.id}-key`, scopes: plan.scopes, secret: apiKey }],
    ...(plan.site ? { sites: [siteRecord(draft, plan.site, at)] } : {}),
    ...(plan.kind === "manufacturer"
      ? { products: demoProducts(draft.since), lots: demoLots(draft.seed, draft.now) }
      : {}),
  };
}

function siteRecord(draft: Draft, plan: SitePlan, at: number): SiteRecord {
  const equipment = plan.equipment.map((each) => equipmentRecord(draft, each));
  const ids = [...new Set(plan.equipment.flatMap((each) => Object.keys(each.points)))];
  return {
    id: plan.id,
    kind: plan.kind,
    gln: demoGln(at * 10 + 1),
    names: plan.names,
    label: draft.seed.label(`site/${plan.id}`),
    equipment,
    gateways: ids.map((id) => gatewayRecord(gatewayOf(draft, id))),
  };
}

function equipmentRecord(draft: Draft, plan: EquipmentPlan): EquipmentRecord {
  const climate = climateOf(draft, plan);
  const slots = Object.entries(plan.points).flatMap(([gateway, count]) => Array<string>(count).fill(gateway));
  return {
    id: plan.id,
    kind: plan.kind,
    scope: plan.scope,
    names: plan.names,
    ...(plan.kind === "vehicle" ? { giai: demoGiai(plan.address) } : { extension: plan.address }),
    label: draft.seed.label(`equipment/${plan.id}`),
    ...labelLimitsC,
    profile: "CN-GSP",
    segmentMs,
    since: iso(draft.since),
    sensors: slots.map((gateway, at) => sensorRecord(draft, plan, climate, gateway, at + 1)),
  };
}

function climateOf(draft: Draft, plan: EquipmentPlan): Climate {
  const climate = { ...plan.climate, start: draft.seed.number(`climate/${plan.id}`) };
  if (plan.id !== PLACES.truck) return climate;
  const { from, repairedAt } = FAILURE_AGO_MS;
  const failure = { ambientC: 26, warmingMs: 150 * minuteMs, coolingMs: 20 * minuteMs };
  return { ...climate, failure: { ...failure, from: draft.now - from, repairedAt: draft.now - repairedAt } };
}

function sensorRecord(
  draft: Draft,
  plan: EquipmentPlan,
  climate: Climate,
  gatewayId: string,
  n: number,
): SensorRecord {
  const id = `${plan.id}-s${n}`;
  const gateway = gatewayOf(draft, gatewayId);
  const channel = `t${gateway.channels.length + 1}`;
  const { from, to } = SILENCE_AGO_MS;
  const silent =
    plan.id === PLACES.silentFridge ? { silent: { from: draft.now - from, to: draft.now - to } } : {};
  const probe = { start: draft.seed.number(`probe/${id}`), humidity: plan.scope === "warehouse", ...silent };
  gateway.channels.push({ channel, sensor: id, equipment: plan.id, climate, probe });
  return {
    id,
    gateway: gatewayId,
    channel,
    point: draft.seed.label(`point/${id}`),
    since: iso(draft.since),
    calibrations: [
      {
        certificate: `DEMO-${draft.seed.digits(`certificate/${id}`, 8)}`,
        calibratedAt: iso(draft.since - 60 * dayMs),
        validUntil: iso(draft.since + 300 * dayMs),
        errorC: 0.1,
      },
    ],
  };
}

function gatewayOf(draft: Draft, id: string): GatewayDevice & { channels: ChannelDevice[] } {
  const known = draft.gateways.get(id);
  if (known) return known;
  const gateway = {
    id,
    key: draft.seed.key(id),
    password: draft.seed.secret(`mqtt/${id}`),
    clockOffsetMs: (draft.seed.number(`clock/${id}`) % 1600) - 800,
    phaseMs: draft.seed.number(`phase/${id}`) % (10 * 1000),
    channels: [],
  };
  draft.gateways.set(id, gateway);
  return gateway;
}

function gatewayRecord(gateway: GatewayDevice): GatewayRecord {
  return {
    id: gateway.id,
    kind: "native",
    signatureRequired: true,
    keys: [keyRecord(gateway.key)],
    mqttPassword: gateway.password,
  };
}

function keyRecord(key: DeviceKey): KeyRecord {
  return { kid: key.kid, alg: "Ed25519", publicKey: toBase64(key.publicKey) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
