import { type Finding, timeText } from "./finding.ts";
import type { LogNotes } from "./log-notes.ts";
import { type SealingPatience, slackMs } from "./sealing-patience.ts";

/**
 * Finds messages that no `heads` entry covers, so that nothing fixes them: those left out between two entries, and all since the newest
 * one where the log's next entries wait for another longer than they should. Messages alone don't make one due.
 */
export function auditCover(
  { uncovered, covered, openSince }: Pick<LogNotes, "uncovered" | "covered" | "openSince">,
  { now, anchorMaxAgeMs }: SealingPatience,
): Finding[] {
  const holes = uncovered.map(({ from, to }) =>
    notSealed(`no heads entry covers the messages ${from} to ${to}`),
  );
  if (openSince === null || openSince + anchorMaxAgeMs + slackMs >= now) return holes;
  const since = `entries of the log wait since ${timeText(openSince)} for the heads entry that closes them`;
  return [...holes, notSealed(`${since}, and with them the messages after ${covered}`)];
}

function notSealed(detail: string): Finding {
  return { kind: "NOT_SEALED", equipment: null, window: null, detail };
}
