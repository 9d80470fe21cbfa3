import { StreamFault } from "#domain/log/open-streams.ts";
import type { RosterBody, WindowBody } from "./bodies.ts";

/** As many as one roster lists: an equipment has a few, and each is judged over the whole time. */
const pointsMax = 1_000;
/** Windows × points that are named: every bundle whose windows state each point is too large long before. */
const namedMax = 4_000_000;

/**
 * Windows and their rosters name few enough measuring points that a report ends.
 * @throws StreamFault MALFORMED
 */
export function requireFewPoints(
  windows: readonly {
    readonly roster: Pick<RosterBody, "points">;
    readonly body: Pick<WindowBody, "points">;
  }[],
): void {
  const lists = windows.flatMap(({ roster, body }) => [roster.points, body.points]);
  if (lists.reduce((sum, { length }) => sum + length, 0) > namedMax)
    throw new StreamFault("MALFORMED", `windows and rosters name points more than ${namedMax} times`);
  const names = new Set([...new Set(lists)].flatMap((points) => points.map(({ point }) => point)));
  if (names.size > pointsMax)
    throw new StreamFault("MALFORMED", `the equipment has more than ${pointsMax} measuring points`);
}
