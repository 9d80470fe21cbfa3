/** What a gateway sends next: what it takes now goes live at once, what waited beside it as back-fill (docs/gateway.md, duty 4). */
import type { Reading, ReadingSource } from "./reading-source.ts";

/** Readings older than this go by the back-fill lane. */
const liveAgeMs = 120_000;

/** A source's readings on their way into messages; each is given once. */
export interface Backlog {
  /** Up to `max` readings for a message of a lane at a time (epoch ms), oldest first; empty when there are none. */
  take(lane: "data" | "hist", max: number, now: number): readonly Reading[];
  /** The time of the oldest reading that is not given yet; null when there will be none. */
  nextAt(): number | null;
}

/** Over a source; with "hist" everything waited, whatever its age. */
export function openBacklog(source: ReadingSource, lanes: "live" | "hist"): Backlog {
  const waiting: Reading[][] = [];
  const takeLive = (max: number, now: number): Reading[] => {
    const takeOld = () => source.take(max, now - liveAgeMs - 1);
    for (let old = takeOld(); old.length > 0; old = takeOld()) waiting.push(old);
    return source.take(max, now);
  };
  return {
    take(lane, max, now) {
      if (lanes === "hist") return lane === "hist" ? source.take(max, now) : [];
      return lane === "hist" ? (waiting.shift() ?? []) : takeLive(max, now);
    },
    nextAt: () => waiting[0]?.[0]?.ts ?? source.nextAt(),
  };
}
