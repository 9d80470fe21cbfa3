import type { EquipmentSummary } from "#api/console-shapes.ts";
import { formatClock, formatShort } from "../../i18n/format.ts";
import { type Tone, toneOf, toneOnceLive } from "../states.ts";
import type { Say } from "../words.ts";

/** What equipment is in, in one sentence: how cold or warm, since when, against which limit; what fell silent, was. */
export function stateSentence(equipment: EquipmentSummary, nowMs: number, say: Say): string {
  const { state, tC, since, asOf, silentSince, lowerLimitC, upperLimitC } = equipment;
  const sinceMs = since === null ? null : Date.parse(since);
  const facts = {
    tC,
    lowerC: lowerLimitC,
    upperC: upperLimitC,
    clock: sinceMs === null ? undefined : formatShort(say.lang, sinceMs, nowMs),
    lastingMs: sinceMs === null ? null : Math.max(0, nowMs - sinceMs),
    silentMs: asOf === null ? null : Math.max(0, nowMs - Date.parse(asOf)),
  };
  if (silentSince === null || (state !== "too-cold" && state !== "too-warm"))
    return say.text(`sentence.${state}`, facts);
  const silent = formatShort(say.lang, Date.parse(silentSince), nowMs);
  return say.text(`sentence.${state}.silent`, { ...facts, silent });
}

/** That sentence with its look; where it isn't live any more, `onceMs` (epoch ms) tells when it was so. */
export function stateAnswer(
  equipment: EquipmentSummary,
  { nowMs, onceMs }: { readonly nowMs: number; readonly onceMs: number | null },
  say: Say,
): { readonly tone: Tone; readonly sentence: string } {
  const tone = toneOf(equipment.state);
  if (onceMs === null) return { tone, sentence: stateSentence(equipment, nowMs, say) };
  const sentence = stateSentence(equipment, onceMs, say);
  return {
    tone: toneOnceLive(tone),
    sentence: say.text("answer.then", { checked: formatClock(onceMs), sentence }),
  };
}

/** How old the newest reading is, or since when there is none: "no data for 42 min" is a state of its own. */
export function readingAge(
  { state, asOf, silentSince }: Pick<EquipmentSummary, "state" | "asOf" | "silentSince">,
  nowMs: number,
  say: Say,
): string {
  if (asOf === null) return say.text("age.never");
  const ageMs = Math.max(0, nowMs - Date.parse(asOf));
  return say.text(state === "no-data" || silentSince !== null ? "age.noData" : "age.reading", { ageMs });
}
