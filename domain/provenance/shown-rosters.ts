/** The rosters of an equipment that a bundle shows, and by which of them a window is judged. */
import type { ProvedEntry, ProvedStream } from "#domain/log/open-streams.ts";
import { type RosterBody, rosterOf, type WindowBody } from "./bodies.ts";
import { placedFrom } from "./placed-from.ts";
import { type InForce, inForceDuring, type TimedRoster, timelineOf } from "./rosters-in-force.ts";

/** A roster whose place is proved, and for how long it was in force; its body is null where it isn't opened, or of another shape. */
interface ShownRoster extends TimedRoster, InForce {
  readonly leaf: string;
  readonly body: RosterBody | null;
}

/** An equipment's rosters in the stream's order, and by leaf. */
export interface ShownRosters {
  readonly timeline: readonly ShownRoster[];
  readonly byLeaf: ReadonlyMap<string, ShownRoster>;
}

/** A roster that a window is judged by, for the part of it in which it was in force. */
export interface JudgingRoster extends InForce {
  readonly seq: number;
  readonly body: RosterBody;
}

/** By what a window is judged. */
export interface Judging {
  /** In the stream's order. */
  readonly rosters: readonly JudgingRoster[];
  /** Whether it names each roster that was in force, as far as the bundle shows them. */
  readonly namesAll: boolean;
}

/** The leaf hashes of the rosters that a window's body names. */
export function rostersNamed(body: unknown): string[] {
  const { roster, earlierRosters = [] } = (body ?? {}) as { roster?: unknown; earlierRosters?: unknown };
  return [roster, earlierRosters].flat().filter((leaf) => typeof leaf === "string");
}

/**
 * An equipment's rosters: those in its stretch, and those before it that its windows name. None ends the one before it
 * for a time that was sealed already.
 */
export function shownRosters(stream: ProvedStream, references: Iterable<ProvedEntry>): ShownRosters {
  const named = new Set(stream.entries.flatMap(({ body }) => rostersNamed(body)));
  const before = [...references].filter(
    ({ stream: own, seq, leaf }) => own === stream.stream && seq < stream.from && named.has(leaf),
  );
  let sealedTo = Number.NEGATIVE_INFINITY;
  const timeline = timelineOf(
    [...before, ...stream.entries].flatMap((entry) => {
      const { header, leaf, seq } = entry;
      if (header?.kind === "segment" || header?.kind === "late") sealedTo = Math.max(sealedTo, header.to);
      if (header?.kind !== "equipment") return [];
      return [{ leaf, seq, at: header.to, sealedTo, body: rosterOf(entry) }];
    }),
  );
  return { timeline, byLeaf: new Map(timeline.map((roster) => [roster.leaf, roster])) };
}

/**
 * By what a window is judged: every roster in force during it, and each that a version of it was sealed under. Null where
 * one that a version names is not shown, or stands after it. The first version is the one that counts.
 */
export function judgingOf(
  { timeline, byLeaf }: ShownRosters,
  window: { readonly from: number; readonly to: number },
  versions: readonly { readonly seq: number; readonly body: WindowBody }[],
): Judging | null {
  const areShown = versions.every(({ seq, body }) =>
    rostersNamed(body).every((leaf) => {
      const roster = byLeaf.get(leaf);
      return roster !== undefined && isOpened(roster) && roster.seq < seq;
    }),
  );
  const [counted] = versions;
  if (!areShown || counted === undefined) return null;
  const inForce = inForceDuring(timeline, window);
  const under = versions.flatMap(({ body }) => byLeaf.get(body.roster) ?? []);
  const all = [...inForce, ...under.map((roster) => ({ ...roster, ...always }))];
  const rosters = new Map(all.map((roster) => [roster.leaf, roster]));
  return {
    rosters: [...rosters.values()].filter(isOpened).sort((a, b) => a.seq - b.seq),
    namesAll: inForce.every(isOpened) && namesAll(counted, inForce, { window, newest: under[0]?.seq ?? 0 }),
  };
}

const always: InForce = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };

function isOpened(roster: ShownRoster): roster is ShownRoster & JudgingRoster {
  return roster.body !== null;
}

/**
 * Whether a window names those in force that stand before it. In the first form windows name one, the newest of then: it
 * must not be older than the one they begin under.
 */
function namesAll(
  { seq: own, body }: { readonly seq: number; readonly body: WindowBody },
  inForce: readonly ShownRoster[],
  { window, newest }: { readonly window: { readonly from: number }; readonly newest: number },
): boolean {
  const named = rostersNamed(body);
  return inForce.every(({ leaf, seq, from }) => {
    if (seq > own || named.includes(leaf)) return true;
    return body.earlierRosters === undefined && (seq <= newest || from > window.from);
  });
}

/**
 * Whether a window says by which rosters to judge it: it names all of them, and they list every point that it states. Of a
 * point that none lists nobody knows what kind of source it speaks through.
 */
export function isFullyStated({
  to,
  body,
  rosters,
  namesAll: areNamed,
}: Judging & { readonly to: number; readonly body: WindowBody }): boolean {
  const lay = rosters.flatMap((roster) => roster.body.points).filter((placed) => placedFrom(placed) < to);
  const listed = new Set(lay.map(({ point }) => point));
  return areNamed && body.points.every(({ point }) => listed.has(point));
}
