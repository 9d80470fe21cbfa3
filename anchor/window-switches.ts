/** A reading's door and mains contacts; null where it says nothing of them. */
export interface SwitchReading {
  readonly ts: number;
  readonly door: boolean | null;
  readonly power: boolean | null;
}

/** How often and how long the door stood open in a window. */
export interface DoorBody {
  readonly openings: number;
  readonly openMs: number;
}

/** A state that holds from `ts` to the next one. */
interface State {
  readonly ts: number;
  readonly on: boolean;
}

/** Door openings from an equipment's readings in a window that ends at `to`; null where none says anything. */
export function doorOf(rows: readonly SwitchReading[], to: number, holdMaxMs: number): DoorBody | null {
  const states = statesOf(rows, ({ door }) => door);
  if (states.length === 0) return null;
  const openings = states.filter(({ on }, at) => on && states[at - 1]?.on !== true).length;
  return { openings, openMs: timeOn(states, to, holdMaxMs) };
}

/** How long mains power was lost (`power` false) in a window that ends at `to`; null where nothing was said. */
export function powerOf(
  rows: readonly SwitchReading[],
  to: number,
  holdMaxMs: number,
): { lossMs: number } | null {
  const lost = statesOf(rows, ({ power }) => (power === null ? null : !power));
  return lost.length === 0 ? null : { lossMs: timeOn(lost, to, holdMaxMs) };
}

/** One state for each time; where several points speak at once, any "yes" counts. */
function statesOf(rows: readonly SwitchReading[], pick: (row: SwitchReading) => boolean | null): State[] {
  const at = new Map<number, boolean>();
  for (const row of rows) {
    const on = pick(row);
    if (on !== null) at.set(row.ts, on || at.get(row.ts) === true);
  }
  return [...at].map(([ts, on]) => ({ ts, on })).sort((a, b) => a.ts - b.ts);
}

/** Each state holds to the next, or to the window's end, at most `holdMaxMs`. */
function timeOn(states: readonly State[], to: number, holdMaxMs: number): number {
  return states.reduce(
    (sum, { ts, on }, at) => (on ? sum + Math.min((states[at + 1]?.ts ?? to) - ts, holdMaxMs) : sum),
    0,
  );
}
