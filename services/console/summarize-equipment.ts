import { type EquipmentState, equipmentState, silentAfterMs } from "#domain/coldchain/equipment-state.ts";
import type { EquipmentRow, LastingExcursion, SensorNow } from "#store/overview.ts";

/** One piece of equipment as it is now; times in epoch ms, `tC` the reading nearest to or furthest past a limit. */
export type EquipmentSummary = ReturnType<typeof summarizeEquipment>;

/** What an equipment's sensors and excursions come to at `now`. */
export function summarizeEquipment(
  equipment: EquipmentRow,
  sensors: readonly SensorNow[],
  excursions: readonly LastingExcursion[],
  now: number,
) {
  const { label, names, kind, lowerMilliC, upperMilliC, profile, profileVersion, scope } = equipment;
  const silent = silentAfterMs(profile, profileVersion, scope);
  const { state, since } = equipmentState(
    { lowerMilliC, upperMilliC, silentAfterMs: silent, points: sensors, excursions },
    now,
  );
  const newest = sensors.flatMap(({ newestTs }) => newestTs ?? []);
  return {
    ...{ label, names, kind, state, since },
    tC: worstC(equipment, sensors),
    asOf: newest.length === 0 ? null : Math.min(...newest),
    silentSince: silentSince(equipment, state, sensors, now - silent),
    lowerLimitC: lowerMilliC / 1000,
    upperLimitC: upperMilliC / 1000,
    points: sensors.length,
  };
}

/**
 * When too cold or too warm equipment fell silent: nothing of what was outside was heard since then, so nobody can say how
 * it is now. Null while something of it is heard.
 */
function silentSince(
  { lowerMilliC, upperMilliC }: EquipmentRow,
  state: EquipmentState,
  sensors: readonly SensorNow[],
  heardAfter: number,
): number | null {
  if (state !== "too-cold" && state !== "too-warm") return null;
  const isOutside = ({ tMilliC }: SensorNow) =>
    tMilliC !== null && (state === "too-cold" ? tMilliC < lowerMilliC : tMilliC > upperMilliC);
  const outside = sensors.filter(isOutside);
  const told = (outside.length > 0 ? outside : sensors).flatMap(({ newestTs }) => newestTs ?? []);
  const newest = Math.max(...told);
  return told.length > 0 && newest < heardAfter ? newest : null;
}

function worstC({ lowerMilliC, upperMilliC }: EquipmentRow, sensors: readonly SensorNow[]): number | null {
  const marginOf = (tMilliC: number) => Math.min(tMilliC - lowerMilliC, upperMilliC - tMilliC);
  const known = sensors.flatMap(({ tMilliC }) => tMilliC ?? []);
  const [worst] = known.sort((a, b) => marginOf(a) - marginOf(b));
  return worst === undefined ? null : worst / 1000;
}
