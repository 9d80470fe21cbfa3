import { fromHex, toHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import type { Tx } from "#store/connect.ts";
import { newestRosterLeaf } from "#store/entries.ts";
import type { SealedEquipment, Window } from "#store/windows.ts";

/** Equipment with its subject in the log, and the leaf of the roster that its windows are sealed under. */
export interface RosteredEquipment extends SealedEquipment {
  readonly subject: string;
  readonly roster: string;
}

/** The subject whose stream holds an equipment's windows. */
export function equipmentSubject(label: string): string {
  return `urn:coldmark:equipment:${label}`;
}

/** The equipment of these windows by `tenant/id`; one whose roster isn't in the log yet is left out, and waits. */
export async function withRosters(
  tx: Tx,
  equipment: ReadonlyMap<string, SealedEquipment>,
  windows: readonly Pick<Window, "tenantId" | "equipmentId">[],
): Promise<Map<string, RosteredEquipment>> {
  const rostered = new Map<string, RosteredEquipment>();
  for (const key of new Set(windows.map(({ tenantId, equipmentId }) => `${tenantId}/${equipmentId}`))) {
    const place = equipment.get(key);
    if (place === undefined) continue;
    const subject = equipmentSubject(place.label);
    const leaf = await newestRosterLeaf(tx, fromHex(streamOf(subject)));
    if (leaf !== null) rostered.set(key, { ...place, subject, roster: toHex(leaf) });
  }
  return rostered;
}
