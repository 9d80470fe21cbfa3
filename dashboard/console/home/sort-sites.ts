import type { EquipmentSummary, Site } from "#api/console-shapes.ts";
import { compareStates } from "../states.ts";

/** Sites worst first, and in each the equipment worst first; what has been wrong for longest comes before the rest. */
export function sortSites(sites: readonly Site[]): Site[] {
  return sites.map(withEquipmentSorted).sort(compareSites);
}

function withEquipmentSorted(site: Site): Site {
  const sorted = [...site.equipment].sort(compareEquipment);
  const same = sorted.every((one, index) => one === site.equipment[index]);
  return same ? site : { ...site, equipment: sorted };
}

function compareSites(a: Site, b: Site): number {
  return (
    compareStates(a.state, b.state) ||
    b.unacknowledged - a.unacknowledged ||
    sinceOf(a.equipment[0]) - sinceOf(b.equipment[0]) ||
    a.names.en.localeCompare(b.names.en, "en", { numeric: true })
  );
}

function compareEquipment(a: EquipmentSummary, b: EquipmentSummary): number {
  return (
    compareStates(a.state, b.state) ||
    sinceOf(a) - sinceOf(b) ||
    a.names.en.localeCompare(b.names.en, "en", { numeric: true })
  );
}

/** Among what is in range the time doesn't count, so that good rows don't move about. */
function sinceOf(equipment: EquipmentSummary | undefined): number {
  if (equipment === undefined || equipment.state === "in-range" || equipment.since === null) return 0;
  return Date.parse(equipment.since);
}
