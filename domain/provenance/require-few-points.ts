import { StreamFault } from "#domain/log/open-streams.ts";
import type { RosterBody, WindowBody } from "./bodies.ts";

/** As many as one roster lists: an equipment has a few, and each is judged over the whole time. */
const pointsMax = 1_000;
/** Windows × points that are named: every bundle whose windows state each point is too large long before. */
const namedMax = 4_000_000;

/**
 * Windows, their rosters and the site name few enough measuring points that a report ends.
 * @throws StreamFault MALFORMED
 */
export function requireFewPoints(
  windows: readonly {
    readonly rosters: readonly { readonly body: Pick<RosterBody, "points"> }[];
    readonly body: Pick<WindowBody, "points">;
  }[],
  placements: readonly { readonly point: string }[],
): void {
  const lists = windows.flatMap(({ rosters, body }) => [
    ...rosters.map((roster) => roster.body.points),
    body.points,
  ]);
  if (lists.reduce((sum, { length }) => sum + length, 0) > namedMax)
    throw new StreamFault("MALFORMED", `windows and rosters name points more than ${namedMax} times`);
  const named = [...new Set(lists), placements].flatMap((points) => points.map(({ point }) => point));
  const names = new Set(named);
  if (names.size > pointsMax)
    throw new StreamFault("MALFORMED", `the equipment has more than ${pointsMax} measuring points`);
}
