import type { Sighting } from "./sighting.ts";

/** What can be said of a duty: kept, broken, or nothing happened in which it would show. */
export interface Verdict {
  readonly state: "pass" | "fail" | "not seen";
  readonly why: string;
}

/** A duty of docs/gateway.md: judged from all that was seen until `now` (epoch ms). */
export interface Duty {
  readonly id: string;
  /** What keeping it means, in words of gateway.md. */
  readonly words: string;
  /** One that needs something to happen which an operator can't bring about; it may stay unseen. */
  readonly isOccasional?: true;
  readonly judge: (seen: readonly Sighting[], now: number, keepAliveMs: number) => Verdict;
}

export const pass = (why: string): Verdict => ({ state: "pass", why });
export const fail = (why: string): Verdict => ({ state: "fail", why });
export const notSeen = (why: string): Verdict => ({ state: "not seen", why });
