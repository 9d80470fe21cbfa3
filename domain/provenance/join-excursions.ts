import type { ColdExcursion } from "./answer.ts";

/** What several points of one equipment saw at overlapping times is one excursion, as long and far as the worst. */
export function joinExcursions(events: readonly ColdExcursion[]): ColdExcursion[] {
  const joinedEvents: ColdExcursion[] = [];
  for (const event of [...events].sort((a, b) => a.from - b.from)) {
    const at = joinedEvents.findLastIndex((other) => other.direction === event.direction);
    const other = joinedEvents[at];
    if (other === undefined || event.from > endOf(other)) joinedEvents.push(event);
    else joinedEvents[at] = joinTwo(other, event);
  }
  return joinedEvents;
}

function joinTwo(a: ColdExcursion, b: ColdExcursion): ColdExcursion {
  const further = a.direction === "high" ? Math.max : Math.min;
  const to = a.to === null || b.to === null ? null : Math.max(a.to, b.to);
  const durationMs = Math.max(endOf(a), endOf(b)) - a.from;
  return { ...a, to, durationMs, extremeC: further(a.extremeC, b.extremeC) };
}

/** The end of what is known of an excursion. */
function endOf(event: ColdExcursion): number {
  return event.from + event.durationMs;
}
