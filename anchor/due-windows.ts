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
 * A window is due a grace after its end, and `acceptedGraceMs` after the equipment was accepted.
 */
export function dueWindows(
  equipment: TiledEquipment,
  { now, limit, ...graces }: Graces & { now: number; limit: number },
): WindowPlace[] {
  const { tenantId, id: equipmentId } = equipment;
  const due: WindowPlace[] = [];
  let fromMs = equipment.sealedTo ?? equipment.tiledFrom;
  while (due.length < limit) {
    const toMs = windowEnd(fromMs, equipment);
    if (dueAt(toMs, equipment, graces) > now) break;
    due.push({ tenantId, equipmentId, fromMs, toMs });
    fromMs = toMs;
  }
  return due;
}

/** When the next tiled window of an equipment is due, epoch ms. */
export function nextDueAt(equipment: TiledEquipment, graces: Graces): number {
  const fromMs = equipment.sealedTo ?? equipment.tiledFrom;
  return dueAt(windowEnd(fromMs, equipment), equipment, graces);
}

/** How long sealing waits for readings on their way: after a window's end, and after its equipment was accepted. */
interface Graces {
  readonly graceMs: number;
  readonly acceptedGraceMs: number;
}

type TiledEquipment = Pick<
  SealedEquipment,
  "tenantId" | "id" | "segmentMs" | "acceptedAt" | "tiledFrom" | "sealedTo"
>;

function windowEnd(fromMs: number, { segmentMs }: TiledEquipment): number {
  return (Math.floor(fromMs / segmentMs) + 1) * segmentMs;
}

function dueAt(toMs: number, { acceptedAt }: TiledEquipment, { graceMs, acceptedGraceMs }: Graces): number {
  return Math.max(toMs + graceMs, acceptedAt + acceptedGraceMs);
}
