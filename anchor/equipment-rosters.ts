import { fromHex, toHex } from "#domain/log/bytes.ts";
import { streamOf } from "#domain/log/entry.ts";
import { type InForce, inForceDuring, timelineOf } from "#domain/provenance/rosters-in-force.ts";
import type { Tx } from "#store/connect.ts";
import { readRosters, subjectsWithWaitingRoster } from "#store/rosters.ts";
import type { SealedEquipment, Window } from "#store/windows.ts";

/** Equipment with its subject in the log, and the leaf of the roster that its windows are sealed under. */
export interface RosteredEquipment extends SealedEquipment {
  readonly subject: string;
  readonly roster: string;
  readonly timeline: readonly (InForce & { readonly leaf: string })[];
}

/** The subject whose stream holds an equipment's windows. */
export function equipmentSubject(label: string): string {
  return `urn:coldmark:equipment:${label}`;
}

/** The rosters in force during a window beside the one that it is sealed under, as leaves in the stream's order. */
export function earlierRosters(
  { roster, timeline }: Pick<RosteredEquipment, "roster" | "timeline">,
  { fromMs, toMs }: Pick<Window, "fromMs" | "toMs">,
): string[] {
  const inForce = inForceDuring(timeline, { from: fromMs, to: toMs });
  return inForce.map((one) => one.leaf).filter((leaf) => leaf !== roster);
}

/** The equipment of these windows by `tenant/id`; one with a roster that isn't in the log yet is left out, and waits. */
export async function withRosters(
  tx: Tx,
  equipment: ReadonlyMap<string, SealedEquipment>,
  windows: readonly Pick<Window, "tenantId" | "equipmentId">[],
): Promise<Map<string, RosteredEquipment>> {
  const keys = [...new Set(windows.map(({ tenantId, equipmentId }) => `${tenantId}/${equipmentId}`))];
  const places = keys.flatMap((key) => {
    const place = equipment.get(key);
    if (place === undefined) return [];
    const subject = equipmentSubject(place.label);
    return [{ key, place, subject, stream: streamOf(subject) }];
  });
  const logged = await readRosters(
    tx,
    places.map(({ stream }) => fromHex(stream)),
  );
  const known = Map.groupBy(logged, ({ stream }) => toHex(stream));
  const waiting = await subjectsWithWaitingRoster(
    tx,
    places.map(({ subject }) => subject),
  );
  const rostered = new Map<string, RosteredEquipment>();
  for (const { key, place, subject, stream } of places) {
    const rosters = (known.get(stream) ?? []).map((one) => ({ ...one, leaf: toHex(one.leaf) }));
    const newest = rosters.at(-1);
    if (newest === undefined || waiting.has(subject)) continue;
    rostered.set(key, { ...place, subject, roster: newest.leaf, timeline: timelineOf(rosters) });
  }
  return rostered;
}
