import type { RosterPoint } from "./bodies.ts";
import { countsFrom } from "./policy.ts";

/** From when the placement of a measuring point counts (epoch ms). */
export function placedFrom({ since, accepted, offline }: RosterPoint): number {
  return countsFrom({ at: since, accepted, offline });
}
