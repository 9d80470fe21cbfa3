import type { Alarm } from "#api/console-shapes.ts";

/** Where an alarm stands: whether it goes on or nobody knows if it does, and whether somebody took it up. */
export type AlarmStage =
  | "active-new"
  | "active-taken"
  | "unknown-new"
  | "unknown-taken"
  | "over-new"
  | "closed";
type Timed = Pick<Alarm, "since" | "until" | "knownUntil">;

/** The stage of an alarm; it is closed only when it is over and somebody took it up. */
export function stageOf(alarm: Pick<Alarm, "clearedAt" | "knownUntil" | "acknowledged">): AlarmStage {
  const isNew = alarm.acknowledged === null;
  if (alarm.clearedAt !== null) return isNew ? "over-new" : "closed";
  if (alarm.knownUntil !== null) return isNew ? "unknown-new" : "unknown-taken";
  return isNew ? "active-new" : "active-taken";
}

/** How long an alarm lasted, or lasts until `nowMs`, in ms; a retrospective one at least until it is known to. */
export function lastedMs({ since, until, knownUntil }: Timed, nowMs: number): number {
  const end = until ?? knownUntil;
  return Math.max(0, (end === null ? nowMs : Date.parse(end)) - Date.parse(since));
}
