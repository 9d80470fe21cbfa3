import { byState, type EquipmentState } from "#domain/coldchain/equipment-state.ts";

/** What a site is in: its worst equipment's state, or that nothing is watched there. */
export type SiteState = EquipmentState | "no-equipment";

/** What is put in order: its state, since when (epoch ms), and its name. */
interface Ranked {
  readonly state: SiteState;
  readonly since: number | null;
  readonly names: { readonly en: string };
}

/** Worst state first, then what has been so for longest (an unknown beginning last), then by name. */
export function worstFirst(a: Ranked, b: Ranked): number {
  return bySiteState(a.state, b.state) || moment(a.since) - moment(b.since) || byText(a.names.en, b.names.en);
}

/** Where nothing is watched comes just before what is in range. */
function bySiteState(a: SiteState, b: SiteState): number {
  const standIn = (state: SiteState) => (state === "no-equipment" ? "in-range" : state);
  return byState(standIn(a), standIn(b)) || Number(b === "no-equipment") - Number(a === "no-equipment");
}

function moment(since: number | null): number {
  return since ?? Number.MAX_SAFE_INTEGER;
}

function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
