/** What speaks against a window beside its readings; a pack's stay and an equipment's report take it from here. */
import type { RosterBody, WindowBody } from "./bodies.ts";
import { lateReadingMs } from "./policy.ts";

/** Each makes a pack's verdict worse, and stands in the report of the equipment. */
interface WindowMarks {
  /** A point of its roster speaks through a gateway of kind `replay`: not what was measured then (design §7). */
  readonly isReplayed: boolean;
  /** A message without a signature, though a point of its roster must sign. */
  readonly isUnsigned: boolean;
  /** A reading that first reached us more than 72 h after its time, by the log's word. */
  readonly arrivedLate: boolean;
  /** A hole in the sequence of a gateway's messages. */
  readonly hasHoles: boolean;
}

/** The marks of one version of a window under the roster that it names. */
export function marksOf({ points, sources }: WindowBody, roster: RosterBody): WindowMarks {
  const mustSign = roster.points.some(({ signatureRequired }) => signatureRequired);
  return {
    isReplayed: roster.points.some(({ replay }) => replay),
    isUnsigned: mustSign && sources.some(({ kid }) => kid === null),
    arrivedLate: points.some(({ lagMaxMs }) => (lagMaxMs ?? 0) > lateReadingMs),
    hasHoles: sources.some(({ missing }) => missing.length > 0),
  };
}
