/** Which rosters of an equipment were in force at a time. */
import { firstAt } from "./first-at.ts";

/** A roster's place in its stream, and from when it says to be in force (epoch ms): the `to` of its header. */
export interface TimedRoster {
  readonly seq: number;
  readonly at: number;
  /** The latest end of a window that stands before it: until then the roster before it is in force, whatever it says. */
  readonly sealedTo?: number;
}

/** For how long a roster is in force (epoch ms). */
export interface InForce {
  readonly from: number;
  readonly until: number;
}

/**
 * Rosters in the stream's order: each is in force from its time until the next one is. Where times contradict that order, or
 * the windows between them, several are at once. The first speaks for all time before it, the newest for all that comes.
 */
export function timelineOf<Roster extends TimedRoster>(rosters: readonly Roster[]): (Roster & InForce)[] {
  const inOrder = rosters.toSorted((a, b) => a.seq - b.seq);
  const timeline: (Roster & { from: number; until: number })[] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const [index, roster] of inOrder.entries()) {
    const next = inOrder[index + 1];
    if (next !== undefined) until = Math.max(until, next.at, next.sealedTo ?? until);
    timeline.push({
      ...roster,
      from: roster.at,
      until: next === undefined ? Number.POSITIVE_INFINITY : until,
    });
  }
  let from = Number.POSITIVE_INFINITY;
  for (const [index, roster] of [...timeline.entries()].reverse()) {
    from = index === 0 ? Number.NEGATIVE_INFINITY : Math.min(from, roster.at);
    roster.from = from;
  }
  return timeline;
}

/** Those in force at some time of [from, to). */
export function inForceDuring<Roster extends InForce>(
  timeline: readonly Roster[],
  { from, to }: { readonly from: number; readonly to: number },
): readonly Roster[] {
  return timeline.slice(
    firstAt(timeline, from + 1, ({ until }) => until),
    firstAt(timeline, to, (one) => one.from),
  );
}
