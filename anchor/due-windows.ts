import type { SealedEquipment } from "#store/windows.ts";

/** The place of a window to seal. */
export interface WindowPlace {
  readonly tenantId: string;
  readonly equipmentId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * The tiled windows of an equipment that are due and not sealed yet, oldest first. They follow one another without a
 * gap from the start of its tiling; after a change of `segmentMs` the first one is shorter, so that the new grid is met.
 * A window is due a grace after its end, or after the equipment was accepted.
 */
export function dueWindows(
  equipment: Pick<SealedEquipment, "tenantId" | "id" | "segmentMs" | "acceptedAt" | "tiledFrom" | "sealedTo">,
  { now, graceMs, limit }: { now: number; graceMs: number; limit: number },
): WindowPlace[] {
  const { tenantId, id: equipmentId, segmentMs, acceptedAt } = equipment;
  const due: WindowPlace[] = [];
  let fromMs = equipment.sealedTo ?? equipment.tiledFrom;
  while (due.length < limit) {
    const toMs = (Math.floor(fromMs / segmentMs) + 1) * segmentMs;
    if (Math.max(toMs, acceptedAt) + graceMs > now) break;
    due.push({ tenantId, equipmentId, fromMs, toMs });
    fromMs = toMs;
  }
  return due;
}
