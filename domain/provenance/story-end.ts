import type { EventBody } from "./bodies.ts";

/** When the pack was handed to a patient (epoch ms); null while it is in trade. Nothing after that is told. */
export function soldAtOf(events: readonly EventBody[]): number | null {
  return events.find((event) => event.step === "dispensing" && event.corrects === undefined)?.at ?? null;
}
