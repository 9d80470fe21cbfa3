/** What speaks against a window beside its readings; a pack's stay and an equipment's report take it from here. */
import type { WindowBody } from "./bodies.ts";
import { lateReadingMs } from "./policy.ts";
import type { JudgingRoster } from "./shown-rosters.ts";

/** Each makes a pack's verdict worse, and stands in the report of the equipment. */
interface WindowMarks {
  /** A point of its rosters speaks through a gateway of kind `replay`: not what was measured then (design §7). */
  readonly isReplayed: boolean;
  /** A message without a signature, though a point of its rosters must sign. */
  readonly isUnsigned: boolean;
  /** A reading that first reached us more than 72 h after its time, by the log's word. */
  readonly arrivedLate: boolean;
  /** A hole in the sequence of a gateway's messages. */
  readonly hasHoles: boolean;
}

/** The marks of one version of a window under the rosters that it is judged by: what any of them says counts. */
export function marksOf({ points, sources }: WindowBody, rosters: readonly JudgingRoster[]): WindowMarks {
  const placed = rosters.flatMap(({ body }) => body.points);
  const mustSign = placed.some(({ signatureRequired }) => signatureRequired);
  return {
    isReplayed: placed.some(({ replay }) => replay),
    isUnsigned: mustSign && sources.some(({ kid }) => kid === null),
    arrivedLate: points.some(({ lagMaxMs }) => (lagMaxMs ?? 0) > lateReadingMs),
    hasHoles: sources.some(({ missing }) => missing.length > 0),
  };
}
