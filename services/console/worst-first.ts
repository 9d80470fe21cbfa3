import { byState, type EquipmentState } from "#domain/coldchain/equipment-state.ts";

/** What is put in order: its state, since when (epoch ms), and its name. */
interface Ranked {
  readonly state: EquipmentState;
  readonly since: number | null;
  readonly names: { readonly en: string };
}

/** Worst state first, then what has been so for longest (an unknown beginning last), then by name. */
export function worstFirst(a: Ranked, b: Ranked): number {
  return byState(a.state, b.state) || moment(a.since) - moment(b.since) || byText(a.names.en, b.names.en);
}

function moment(since: number | null): number {
  return since ?? Number.MAX_SAFE_INTEGER;
}

function byText(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
