import type { Alarm } from "#api/console-shapes.ts";

/** Where an alarm stands: whether it goes on, and whether somebody took it up. */
export type AlarmStage = "active-new" | "active-taken" | "over-new" | "closed";

/** The stage of an alarm; it is closed only when it is over and somebody took it up. */
export function stageOf({ clearedAt, acknowledged }: Pick<Alarm, "clearedAt" | "acknowledged">): AlarmStage {
  if (clearedAt === null) return acknowledged === null ? "active-new" : "active-taken";
  return acknowledged === null ? "over-new" : "closed";
}

/** How long an alarm lasted, or lasts until `nowMs`, in ms. */
export function lastedMs({ since, until }: Pick<Alarm, "since" | "until">, nowMs: number): number {
  return Math.max(0, (until === null ? nowMs : Date.parse(until)) - Date.parse(since));
}
