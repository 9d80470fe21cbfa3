import type { EquipmentFacts } from "#store/gateway-registry.ts";
import type { TouchedWindow } from "#store/late-windows.ts";

/** Windows of equipment that readings fell into, each once. */
export interface TouchedWindows {
  add(tenant: string, equipment: EquipmentFacts, toMs: number): void;
  windows(): TouchedWindow[];
}

/** Opens an empty collection. Thousands of readings lie in a few windows, so a window is found before it is named. */
export function openTouched(): TouchedWindows {
  const ends = new Map<EquipmentFacts, Map<number, TouchedWindow>>();
  return {
    add: (tenant, equipment, toMs) => {
      const own = ends.get(equipment) ?? new Map<number, TouchedWindow>();
      if (own.size === 0) ends.set(equipment, own);
      if (own.has(toMs)) return;
      const { id: equipmentId, segmentMs } = equipment;
      own.set(toMs, { tenant, equipmentId, fromMs: toMs - segmentMs, toMs });
    },
    windows: () => {
      const all = [...ends.values()].flatMap((own) => [...own.values()]);
      // The register may have been read twice, and hold the same equipment twice.
      const named = all.map((window): [string, TouchedWindow] => [
        `${window.tenant}/${window.equipmentId}/${window.fromMs}`,
        window,
      ]);
      return [...new Map(named).values()];
    },
  };
}
