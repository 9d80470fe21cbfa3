/** The plan as the records of a register file; the devices that belong to them are drawn on the way. */
import { toBase64 } from "#domain/log/bytes.ts";
import type { GatewayDevice, ScannerDevice } from "./devices.ts";
import type { EquipmentPlan } from "./equipment-plan.ts";
import { climateOf, type Drawing, type GatewayDrafts, gatewayOf, probeOf } from "./field-devices.ts";
import type { Climate } from "./fridge-model.ts";
import { demoGiai, demoGln, demoGrai } from "./identifiers.ts";
import type {
  EquipmentRecord,
  GatewayRecord,
  KeyRecord,
  OrganisationRecord,
  SensorRecord,
  SiteRecord,
} from "./network-file.ts";
import type { OrganisationPlan, SitePlan } from "./organisation-plan.ts";
import { type DemoAccount, peopleOf } from "./people.ts";
import { demoLots, demoProducts, LABEL_LIMITS_C } from "./products.ts";
import type { DeviceKey } from "./seed.ts";

/** A network in the making; `since` is how far back the maker's words reach, epoch ms. */
export interface Draft extends Drawing {
  readonly since: number;
  readonly accounts: readonly DemoAccount[];
  readonly gateways: GatewayDrafts;
  readonly scanners: ScannerDevice[];
}

const dayMs = 86_400_000;
/** A signed statement may be 72 h old when it is accepted; an hour is left for the way. */
const backdatingMaxMs = 71 * 3_600_000;
const calibratedAgoMs = 60 * dayMs;
const calibrationMs = 360 * dayMs;
/** GLNs kept for an organisation and its sites. */
const glnsEach = 20;
const boxItem = 7;

/** The record of the organisation with this number, and its scanner. */
export function organisationRecord(draft: Draft, plan: OrganisationPlan, at: number): OrganisationRecord {
  const { seed } = draft;
  const key = seed.key(`${plan.id}-scanner`);
  const apiKey = `cmk_${seed.secret(`api/${plan.id}`)}`;
  draft.scanners.push({ organisation: plan.id, key, apiKey });
  const people = peopleOf(plan.id, draft.accounts);
  const makesMedicines = plan.kind === "manufacturer" && plan.sites.length > 0;
  return {
    id: plan.id,
    kind: plan.kind,
    names: plan.names,
    gln: demoGln(at * glnsEach),
    keys: [{ ...keyRecord(key), offline: true }],
    apiKeys: [{ id: `${plan.id}-key`, scopes: plan.scopes, secret: apiKey }],
    ...(people.length > 0 ? { people } : {}),
    sites: plan.sites.map((site, n) => siteRecord(draft, site, demoGln(at * glnsEach + n + 1))),
    ...(makesMedicines
      ? { products: demoProducts(draft.since), lots: Object.values(demoLots(seed, draft.now)) }
      : {}),
  };
}

function siteRecord(draft: Draft, plan: SitePlan, gln: string): SiteRecord {
  const equipment = plan.equipment.map((each) => equipmentRecord(draft, each));
  const ids = new Set(plan.equipment.flatMap((each) => Object.keys(each.points)));
  const gateways = [...ids].flatMap((id) => draft.gateways.get(id) ?? []);
  return {
    id: plan.id,
    kind: plan.kind,
    gln,
    names: plan.names,
    ...(plan.place ?? {}),
    label: draft.seed.label(`site/${plan.id}`),
    equipment,
    gateways: gateways.map(gatewayRecord),
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
    ...codeOf(plan),
    label: draft.seed.label(`equipment/${plan.id}`),
    ...LABEL_LIMITS_C,
    profile: "CN-GSP",
    ...(plan.segmentMs === null ? {} : { segmentMs: plan.segmentMs }),
    ...(plan.validatedMs === null ? {} : { validatedMs: plan.validatedMs }),
    ...(plan.isInCase ? { since: sinceOf(draft, plan) } : {}),
    sensors: slots.map((gateway, at) => sensorRecord(draft, plan, climate, gateway, at + 1)),
  };
}

function codeOf({ kind, address }: EquipmentPlan): Pick<EquipmentRecord, "giai" | "grai" | "extension"> {
  if (kind === "vehicle") return { giai: demoGiai(address) };
  return kind === "box" ? { grai: demoGrai(boxItem, address) } : { extension: address };
}

/**
 * Probes lie where they are since their gateway's memory begins, as far back as a signed statement may reach. Equipment
 * of the cases is stated of the past too, so that its windows begin then; the other counts from when it is registered.
 */
function sinceOf({ now }: Draft, { historyMs }: EquipmentPlan): string {
  return iso(now - Math.min(historyMs, backdatingMaxMs));
}

function sensorRecord(
  draft: Draft,
  plan: EquipmentPlan,
  climate: Climate,
  gatewayId: string,
  n: number,
): SensorRecord {
  const id = `${plan.id}-s${n}`;
  const gateway = gatewayOf(draft, draft.gateways, gatewayId, plan);
  const channel = `t${gateway.channels.length + 1}`;
  const probe = probeOf(draft, plan, n);
  const hasContacts = plan.hasContacts && n === 1;
  gateway.channels.push({ channel, sensor: id, equipment: plan.id, climate, probe, hasContacts });
  const expiredMs = plan.incident?.kind === "calibration-expired" ? plan.incident.agoMs : null;
  const validUntil = expiredMs === null ? draft.now - calibratedAgoMs + calibrationMs : draft.now - expiredMs;
  return {
    id,
    gateway: gatewayId,
    channel,
    point: draft.seed.label(`point/${id}`),
    since: sinceOf(draft, plan),
    calibrations: [
      {
        certificate: `DEMO-${draft.seed.digits(`certificate/${id}`, 8)}`,
        calibratedAt: iso(validUntil - calibrationMs),
        validUntil: iso(validUntil),
        errorC: 0.1,
      },
    ],
  };
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
