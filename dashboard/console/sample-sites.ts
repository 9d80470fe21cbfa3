/** Sites as the API tells them, made up, for the tests of this room. */
import type { EquipmentSummary, Site } from "#api/console-shapes.ts";
import { compareStates } from "./states.ts";

let labels = 0;

/** A refrigerator that is in range, changed as wanted. */
export function sampleEquipment(change: Partial<EquipmentSummary>): EquipmentSummary {
  labels += 1;
  return {
    label: labels.toString(16).padStart(32, "0"),
    names: { zh: "冷藏柜", en: "Refrigerator" },
    kind: "refrigerator",
    state: "in-range",
    since: null,
    tC: 4.5,
    asOf: "2026-03-01T03:59:00.000Z",
    silentSince: null,
    lowerLimitC: 2,
    upperLimitC: 8,
    points: 2,
    ...change,
  };
}

/** A pharmacy with one refrigerator, changed as wanted; its state is that of its worst equipment. */
export function sampleSite(change: Partial<Site>): Site {
  const equipment = change.equipment ?? [sampleEquipment({})];
  const [worst = "no-equipment"] = equipment.map(({ state }) => state).sort(compareStates);
  return {
    organisation: { id: "00000000-0000-4000-8000-000000000001", names: { zh: "药店", en: "Pharmacy" } },
    id: `site-${labels}`,
    names: { zh: "门店", en: "Shop" },
    city: { zh: "杭州", en: "Hangzhou" },
    province: { zh: "浙江", en: "Zhejiang" },
    kind: "shop",
    state: worst,
    openAlarms: 0,
    lastingAlarms: 0,
    unacknowledged: 0,
    ...change,
    equipment,
  };
}
