import { connectionDuties } from "./connection-duties.ts";
import type { Duty, Verdict } from "./duty.ts";
import { messageDuties } from "./message-duties.ts";
import { sequenceDuties } from "./sequence-duties.ts";
import type { Sighting } from "./sighting.ts";

/** The verdict on one duty. */
export interface Line extends Verdict {
  readonly duty: Duty;
}

/** Every duty of docs/gateway.md that can be watched, judged from what was seen until `now` (epoch ms) of a device of that keep-alive. */
export function reportOn(seen: readonly Sighting[], now: number, keepAliveMs = 60_000): Line[] {
  const duties = [...messageDuties, ...sequenceDuties, ...connectionDuties];
  return duties.map((duty) => ({ duty, ...duty.judge(seen, now, keepAliveMs) }));
}

/** Whether nothing failed and everything was seen that an operator can bring about. */
export function isPassed(lines: readonly Line[]): boolean {
  return lines.every(
    ({ state, duty }) => state === "pass" || (state === "not seen" && duty.isOccasional === true),
  );
}
