import type { RosterBody } from "#domain/provenance/bodies.ts";
import { inForceDuring, timelineOf } from "#domain/provenance/rosters-in-force.ts";
import type { LogEntry } from "#store/entries.ts";
import type { SealedBody } from "../compose-windows.ts";

/** A roster of the audited stream; `at` is from when it says to be in force (epoch ms), the body null where it can't be read. */
export interface AuditedRoster {
  readonly seq: number;
  readonly at: number;
  readonly body: RosterBody | null;
}

/** What is wrong with the rosters that a window names, by those that stand before it in the log; null where nothing is. */
export function wrongRosters(
  { seq, fromMs, toMs }: Pick<LogEntry, "seq" | "fromMs" | "toMs">,
  { roster, earlierRosters }: Pick<SealedBody, "roster" | "earlierRosters">,
  rosters: ReadonlyMap<string, AuditedRoster>,
): string | null {
  const before = [...rosters].filter(([, one]) => one.seq < seq).map(([leaf, one]) => ({ leaf, ...one }));
  const inForce = inForceDuring(timelineOf(before), { from: fromMs, to: toMs });
  const leaves = inForce.map((one) => one.leaf);
  if (earlierRosters === undefined) {
    const newest = rosters.get(roster)?.seq ?? -1;
    const isOld = inForce.some((one) => one.from <= fromMs && one.seq > newest);
    return isOld ? "a newer roster than the one it names was in force when it began" : null;
  }
  const named = new Set([roster, ...earlierRosters]);
  if (leaves.some((leaf) => !named.has(leaf)))
    return "it doesn't name every roster that was in force during it";
  const isOther = earlierRosters.some((leaf) => !leaves.includes(leaf));
  return isOther ? "it names a roster that was not in force during it" : null;
}
