/** Who and what is in the demo network, before identifiers and keys are drawn. */
import { FIXED_PLACES } from "./case-places.ts";
import { deviceMaker } from "./device-maker.ts";
import { coldroom, truck, WEEK } from "./equipment-plan.ts";
import { CITIES, type CityOfChina } from "./geography.ts";
import { CASE_INCIDENTS } from "./incidents.ts";
import type { OrganisationPlan, SitePlan } from "./organisation-plan.ts";
import { pharmacy } from "./pharmacy-plan.ts";

const hourMs = 3_600_000;
const pharmaciesPerWholesaler = 20;
const pharmaciesPerTruck = 10;
/** The cases need so many trucks. */
const trucksMin = 3;
const partnerScopes = ["capture", "provenance:partner"];

/** The plan for a number of pharmacies (3 or more): 120 have 6 wholesalers and 12 refrigerated trucks. */
export function planNetwork(pharmacies: number): OrganisationPlan[] {
  const wholesalers = Math.max(1, Math.round(pharmacies / pharmaciesPerWholesaler));
  const trucks = Math.max(trucksMin, Math.round(pharmacies / pharmaciesPerTruck));
  return [
    operator,
    maker,
    carrier(trucks),
    ...upTo(wholesalers, wholesaler),
    ...upTo(pharmacies, (n) => pharmacy(n, pharmacies)),
    deviceMaker,
  ];
}

const operator: OrganisationPlan = {
  id: "demo-operator",
  kind: "operator",
  names: { zh: "示范运营方", en: "Demo operator" },
  scopes: ["admin", "register", "log:replay"],
  sites: [],
};

const maker: OrganisationPlan = {
  id: "demo-maker",
  kind: "manufacturer",
  names: { zh: "示范药品生产企业", en: "Demo manufacturer" },
  scopes: partnerScopes,
  sites: [
    {
      id: "maker-store",
      kind: "warehouse",
      names: { zh: "示范生产企业成品库", en: "Demo manufacturer's store" },
      place: cityAt(2),
      equipment: [coldroom(FIXED_PLACES.maker, 1, { "gw-maker-1": 4, "gw-maker-2": 4 }, { isInCase: true })],
    },
  ],
};

/** The first one stores the packs of the cases; its second cold room remembers a week. */
function wholesaler(n: number): OrganisationPlan {
  const place = cityAt((n - 1) * 3);
  const isFirst = n === 1;
  const gateway = (g: number): string => `gw-wholesaler-${n}-${g}`;
  const room = (at: number): string => `wholesaler-${n}-coldroom-${at}`;
  return {
    id: `demo-wholesaler-${n}`,
    kind: "wholesaler",
    names: {
      zh: `示范医药批发企业（${place.city.zh}）`,
      en: `Demo wholesaler ${place.city.en}`,
    },
    scopes: partnerScopes,
    sites: [
      {
        id: `wholesaler-${n}-centre`,
        kind: "warehouse",
        names: {
          zh: `示范医药物流中心（${place.city.zh}）`,
          en: `Demo distribution centre ${place.city.en}`,
        },
        place,
        equipment: [
          coldroom(room(1), 1, { [gateway(1)]: 4, [gateway(2)]: 4 }, { isInCase: isFirst }),
          coldroom(room(2), 2, { [gateway(3)]: 8 }, isFirst ? WEEK : {}),
        ],
      },
    ],
  };
}

/** Each truck is a site of its own; three of them have the cases aboard. */
function carrier(trucks: number): OrganisationPlan {
  const inCase = [
    { isInCase: true, incident: CASE_INCIDENTS.warmTruck },
    { isInCase: true, incident: CASE_INCIDENTS.frozenTruck, historyMs: 17 * hourMs },
    { isInCase: true, historyMs: 4 * hourMs },
  ];
  const vehicle = (n: number): SitePlan => ({
    id: `carrier-vehicle-${n}`,
    kind: "vehicle",
    names: { zh: `示范冷藏车${n}号`, en: `Demo refrigerated truck ${n}` },
    place: null,
    equipment: [truck(n, inCase[n - 1] ?? {})],
  });
  return {
    id: "demo-carrier",
    kind: "carrier",
    names: { zh: "示范冷链运输企业", en: "Demo carrier" },
    scopes: partnerScopes,
    sites: upTo(trucks, vehicle),
  };
}

function cityAt(index: number): CityOfChina {
  return CITIES[index % CITIES.length] as CityOfChina;
}

function upTo<Item>(count: number, make: (n: number) => Item): Item[] {
  return Array.from({ length: count }, (_, at) => make(at + 1));
}
