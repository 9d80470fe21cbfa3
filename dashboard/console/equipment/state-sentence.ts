import type { EquipmentSummary } from "#api/console-shapes.ts";
import { formatShort } from "../../i18n/format.ts";
import type { Say } from "../words.ts";

/** What equipment is in, in one sentence: how cold or warm, since when, against which limit. */
export function stateSentence(equipment: EquipmentSummary, nowMs: number, say: Say): string {
  const { state, tC, since, asOf, lowerLimitC, upperLimitC } = equipment;
  const sinceMs = since === null ? null : Date.parse(since);
  const facts = {
    tC,
    lowerC: lowerLimitC,
    upperC: upperLimitC,
    clock: sinceMs === null ? undefined : formatShort(say.lang, sinceMs, nowMs),
    lastingMs: sinceMs === null ? null : Math.max(0, nowMs - sinceMs),
    silentMs: asOf === null ? null : Math.max(0, nowMs - Date.parse(asOf)),
  };
  return say.text(`sentence.${state}`, facts);
}

/** How old the newest reading is, or since when there is none: "no data for 42 min" is a state of its own. */
export function readingAge(
  { state, asOf }: Pick<EquipmentSummary, "state" | "asOf">,
  nowMs: number,
  say: Say,
): string {
  if (asOf === null) return say.text("age.never");
  const ageMs = Math.max(0, nowMs - Date.parse(asOf));
  return say.text(state === "no-data" ? "age.noData" : "age.reading", { ageMs });
}
