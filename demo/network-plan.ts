/** Who and what is in the demo network, before identifiers and keys are drawn. */
import type { Climate } from "./fridge-model.ts";
import type { EquipmentRecord, Names, OrganisationRecord, SiteRecord } from "./network-file.ts";

/** Equipment with its climate and the number of its measuring points on each gateway of the site. */
export interface EquipmentPlan {
  readonly id: string;
  readonly kind: EquipmentRecord["kind"];
  readonly scope: EquipmentRecord["scope"];
  readonly names: Names;
  /** The SGLN extension, or the GIAI's reference for a vehicle. */
  readonly address: string;
  readonly climate: Omit<Climate, "start" | "failure">;
  readonly points: Readonly<Record<string, number>>;
}

/** A site; its gateways are those that its equipment's points name. */
export interface SitePlan {
  readonly id: string;
  readonly kind: SiteRecord["kind"];
  readonly names: Names;
  readonly equipment: readonly EquipmentPlan[];
}

/** An organisation with at most one site. */
export interface OrganisationPlan {
  readonly id: string;
  readonly kind: OrganisationRecord["kind"];
  readonly names: Names;
  readonly scopes: readonly string[];
  readonly site?: SitePlan;
}

/** The equipment that the shipments travel through. */
export const PLACES = {
  maker: "maker-coldroom",
  wholesaler: "wholesaler-coldroom",
  truck: "truck-1",
  goodFridge: "pharmacy-1-fridge-1",
  warmFridge: "pharmacy-2-fridge-1",
  silentFridge: "pharmacy-3-fridge-1",
} as const;

const minuteMs = 60_000;
const partnerScopes = ["capture", "provenance:partner"];
const coldroomClimate = { setpointC: 4.8, cycleC: 0.5, cycleMs: 42 * minuteMs, doorC: 0.8, load: 0.7 };
const truckClimate = { setpointC: 4.9, cycleC: 0.4, cycleMs: 26 * minuteMs, doorC: 0, load: 0.5 };
const fridgeClimate = { setpointC: 4.6, cycleC: 0.8, cycleMs: 34 * minuteMs, doorC: 1.6, load: 0.4 };

/** The plan for a number of pharmacies (3 or more): three have 40 measuring points behind 10 gateways in all. */
export function planNetwork(pharmacies: number): OrganisationPlan[] {
  const others = Array.from({ length: Math.max(0, pharmacies - 3) }, (_, at) => otherPharmacy(at + 4));
  return [operator, maker, wholesaler, carrier, ...threePharmacies(), ...others];
}

const operator: OrganisationPlan = {
  id: "demo-operator",
  kind: "operator",
  names: { zh: "示范运营方", en: "Demo operator" },
  scopes: ["admin", "register", "log:replay"],
};

const maker: OrganisationPlan = {
  id: "demo-maker",
  kind: "manufacturer",
  names: { zh: "示范药品生产企业", en: "Demo manufacturer" },
  scopes: partnerScopes,
  site: {
    id: "maker-store",
    kind: "warehouse",
    names: { zh: "示范生产企业成品库", en: "Demo manufacturer's store" },
    equipment: [coldroom(PLACES.maker, { "gw-maker-1": 4, "gw-maker-2": 4 })],
  },
};

const wholesaler: OrganisationPlan = {
  id: "demo-wholesaler",
  kind: "wholesaler",
  names: { zh: "示范医药批发企业", en: "Demo wholesaler" },
  scopes: partnerScopes,
  site: {
    id: "wholesaler-centre",
    kind: "warehouse",
    names: { zh: "示范批发企业物流中心", en: "Demo wholesaler's distribution centre" },
    equipment: [coldroom(PLACES.wholesaler, { "gw-wholesaler-1": 4, "gw-wholesaler-2": 4 })],
  },
};

const carrier: OrganisationPlan = {
  id: "demo-carrier",
  kind: "carrier",
  names: { zh: "示范冷链运输企业", en: "Demo carrier" },
  scopes: partnerScopes,
  site: {
    id: "carrier-vehicle-1",
    kind: "vehicle",
    names: { zh: "示范冷藏车一", en: "Demo refrigerated truck 1" },
    equipment: [
      {
        id: PLACES.truck,
        kind: "vehicle",
        scope: "transport",
        names: { zh: "冷藏车一车厢", en: "Compartment of truck 1" },
        address: "TRUCK1",
        climate: truckClimate,
        points: { "gw-truck-1": 4 },
      },
    ],
  },
};

function threePharmacies(): OrganisationPlan[] {
  const four = (n: number): EquipmentPlan[] => [
    fridge(n, 1, { [`gw-pharmacy-${n}-1`]: 2 }),
    fridge(n, 2, { [`gw-pharmacy-${n}-1`]: 2 }),
    fridge(n, 3, { [`gw-pharmacy-${n}-2`]: 2 }),
    fridge(n, 4, { [`gw-pharmacy-${n}-2`]: 2 }),
  ];
  const two = [fridge(3, 1, { "gw-pharmacy-3-1": 1 }), fridge(3, 2, { "gw-pharmacy-3-1": 3 })];
  return [pharmacy(1, four(1)), pharmacy(2, four(2)), pharmacy(3, two)];
}

function otherPharmacy(n: number): OrganisationPlan {
  return pharmacy(n, [fridge(n, 1, { [`gw-pharmacy-${n}-1`]: 2 })]);
}

function pharmacy(n: number, equipment: readonly EquipmentPlan[]): OrganisationPlan {
  const names = { zh: `示范药房${chineseNumber(n)}`, en: `Demo pharmacy ${n}` };
  const site: SitePlan = { id: `pharmacy-${n}-shop`, kind: "shop", names, equipment };
  return { id: `demo-pharmacy-${n}`, kind: "pharmacy", names, scopes: partnerScopes, site };
}

function fridge(pharmacyNumber: number, n: number, points: Record<string, number>): EquipmentPlan {
  return {
    id: `pharmacy-${pharmacyNumber}-fridge-${n}`,
    kind: "refrigerator",
    scope: "shop",
    names: { zh: `${n}号药品冷藏柜`, en: `Refrigerator ${n}` },
    address: `FRIDGE${n}`,
    climate: fridgeClimate,
    points,
  };
}

function coldroom(id: string, points: Record<string, number>): EquipmentPlan {
  return {
    id,
    kind: "coldroom",
    scope: "warehouse",
    names: { zh: "一号冷库", en: "Cold room 1" },
    address: "COLDROOM1",
    climate: coldroomClimate,
    points,
  };
}

/** The first three shops are written out as on a sign; a number needs no more. */
function chineseNumber(n: number): string {
  return ["一", "二", "三"][n - 1] ?? String(n);
}
