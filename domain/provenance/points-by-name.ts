/** In which windows each measuring point lay in the equipment: one that a window leaves out lay there all the same. */
import type { PointBody, WindowBody } from "./bodies.ts";
import { placedFrom } from "./placed-from.ts";
import type { JudgingRoster } from "./shown-rosters.ts";

/** What of a window says which points lay in it. */
interface NamingWindow {
  readonly from: number;
  readonly to: number;
  readonly rosters: readonly JudgingRoster[];
  readonly body: Pick<WindowBody, "points">;
}

/** A window that a point lay in, for the part of it from … until. */
export interface NamedPoint<Window> {
  readonly window: Window;
  /** Its place among the windows. */
  readonly at: number;
  readonly from: number;
  readonly until: number;
  /** What the window says of the point; null where it leaves it out, so that nothing is known of it. */
  readonly summary: PointBody | null;
}

/**
 * By point, in order of name: the windows that state it, or one of whose rosters places it before they end. A window may be
 * sealed under a roster that is newer than itself, so not every point of it lay there yet.
 */
export function pointsByName<Window extends NamingWindow>(
  windows: readonly Window[],
): Map<string, NamedPoint<Window>[]> {
  const found = new Map<string, NamedPoint<Window>[]>();
  for (const [at, window] of windows.entries()) {
    const stated = new Map(window.body.points.map((one) => [one.point, one]));
    const listed = listedIn(window);
    for (const point of new Set([...stated.keys(), ...listed.keys()])) {
      const summary = stated.get(point) ?? null;
      const { from, until } = listed.get(point) ?? { from: window.from, until: window.to };
      if (summary === null && until <= from) continue;
      const own = found.get(point) ?? [];
      found.set(point, own);
      own.push({ window, at, from, until: summary === null ? until : window.to, summary });
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** From the first placement that any roster lists to the end of the last roster that does. */
function listedIn({ from, to, rosters }: NamingWindow): Map<string, { from: number; until: number }> {
  const listed = new Map<string, { from: number; until: number }>();
  for (const { body, until } of rosters) {
    for (const placed of body.points) {
      const since = Math.max(placedFrom(placed), from);
      if (since >= to) continue;
      const known = listed.get(placed.point) ?? { from: since, until };
      listed.set(placed.point, {
        from: Math.min(known.from, since),
        until: Math.min(Math.max(known.until, until), to),
      });
    }
  }
  return listed;
}
