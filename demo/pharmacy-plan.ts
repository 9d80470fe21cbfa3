/** The pharmacies of the demo network: how many refrigerators each has, on which gateways, and what goes wrong there. */
import { FIXED_PLACES, FRIDGE_PLACES, fridgePlaceAt, fridgeSlot } from "./case-places.ts";
import { DAY, deliveryBox, type EquipmentPlan, fridge } from "./equipment-plan.ts";
import { CITIES, type CityOfChina } from "./geography.ts";
import { CASE_INCIDENTS, hasIncident, managersIncident, ordinaryIncident } from "./incidents.ts";
import type { OrganisationPlan } from "./organisation-plan.ts";

/** Refrigerators of eight pharmacies in turn; measuring points of ten refrigerators in turn. */
const fridgeCounts = [2, 3, 4, 2, 3, 2, 3, 4];
const pointCounts = [3, 3, 2, 3, 1, 2, 3, 3, 2, 3];
const numerals = "一二三四五六七八九十";
const singleProbe = new Set(["silentFridge", "expiredFridge"]);

/** The pharmacy whose manager the demo lets sign in. */
export const MANAGERS_PHARMACY = 3;

/** Pharmacy `n` (from 1) of a network of so many. */
export function pharmacy(n: number, pharmacies: number): OrganisationPlan {
  const place = CITIES[(n - 1) % CITIES.length] as CityOfChina;
  const branch = Math.floor((n - 1) / CITIES.length) + 1;
  const names = {
    zh: `${place.city.zh}示范药房${numerals[branch - 1] ?? branch}店`,
    en: `Demo pharmacy ${place.city.en} ${branch}`,
  };
  const count = fridgesOf(n, pharmacies);
  const fridges = Array.from({ length: count }, (_, at) => fridgeOf(n, at + 1, pharmacies));
  const hasBox = n === fridgeSlot("homeFridge", pharmacies).pharmacy;
  const equipment = hasBox ? [...fridges, deliveryBox(FIXED_PLACES.box)] : fridges;
  return {
    id: `demo-pharmacy-${n}`,
    kind: "pharmacy",
    names,
    scopes: ["capture", "provenance:partner", "gateways"],
    sites: [{ id: `pharmacy-${n}-shop`, kind: "shop", names, place, equipment }],
  };
}

function fridgesOf(n: number, pharmacies: number): number {
  return keepsCases(n, pharmacies) ? 4 : (fridgeCounts[n % fridgeCounts.length] ?? 2);
}

/** In a small network three pharmacies have all the cases, and nothing else. */
function keepsCases(n: number, pharmacies: number): boolean {
  return pharmacies < FRIDGE_PLACES.length && n <= 3;
}

function fridgeOf(n: number, at: number, pharmacies: number): EquipmentPlan {
  const id = `pharmacy-${n}-fridge-${at}`;
  const inCase = fridgePlaceAt(n, at, pharmacies);
  const gateway = `gw-pharmacy-${n}-${gatewayOf(n, at, pharmacies)}`;
  const hasContacts = n % 3 === 0 || inCase === "goodFridge";
  if (inCase !== null) {
    const incident = CASE_INCIDENTS[inCase as keyof typeof CASE_INCIDENTS] ?? null;
    const points = { [gateway]: singleProbe.has(inCase) ? 1 : 2 };
    return fridge(id, at, points, { isInCase: true, hasContacts, incident });
  }
  const isManagers = n === MANAGERS_PHARMACY && at === fridgesOf(n, pharmacies);
  const incident = isManagers ? managersIncident : ordinaryIncident(n, at);
  const points = pointCounts[(n * 3 + at) % pointCounts.length] ?? 2;
  const memory = n === MANAGERS_PHARMACY || hasIncident(n) ? DAY : {};
  return fridge(id, at, { [gateway]: points }, { hasContacts, incident, ...memory });
}

/** The first refrigerator has a gateway of its own, the second and third share one; in a case each has its own. */
function gatewayOf(n: number, fridgeNumber: number, pharmacies: number): number {
  return keepsCases(n, pharmacies) ? fridgeNumber : Math.floor(fridgeNumber / 2) + 1;
}
