/** In which windows each measuring point lay in the equipment: one that a window leaves out lay there all the same. */
import type { PointBody, RosterBody, RosterPoint, WindowBody } from "./bodies.ts";
import { placedFrom } from "./placed-from.ts";

/** What of a window says which points lay in it. */
interface NamingWindow {
  readonly to: number;
  readonly roster: Pick<RosterBody, "points">;
  readonly body: Pick<WindowBody, "points">;
}

/** A window that a point lay in. */
export interface NamedPoint<Window> {
  readonly window: Window;
  /** Its place among the windows. */
  readonly at: number;
  /** What the window's roster says of the point, if anything. */
  readonly placed: RosterPoint | null;
  /** What the window says of the point; null where it leaves it out, so that nothing is known of it. */
  readonly summary: PointBody | null;
}

/**
 * By point, in order of name: the windows that state it, or whose roster places it before they end. A window may be sealed
 * under a roster that is newer than itself, so not every point of it lay there yet.
 */
export function pointsByName<Window extends NamingWindow>(
  windows: readonly Window[],
): Map<string, NamedPoint<Window>[]> {
  const found = new Map<string, NamedPoint<Window>[]>();
  for (const [at, window] of windows.entries()) {
    const placed = new Map(window.roster.points.map((one) => [one.point, one]));
    const stated = new Map(window.body.points.map((one) => [one.point, one]));
    const lay = [...placed.values()].filter((one) => placedFrom(one) < window.to);
    for (const point of new Set([...stated.keys(), ...lay.map((one) => one.point)])) {
      const own = found.get(point) ?? [];
      found.set(point, own);
      own.push({ window, at, placed: placed.get(point) ?? null, summary: stated.get(point) ?? null });
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
