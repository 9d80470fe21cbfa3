import type { ColdExcursion, Leg, Reason } from "#domain/provenance/answer.ts";
import { formatRange, type Language } from "../i18n/format.ts";
import type { Translate } from "../i18n/words.ts";
import { reasonSentences } from "./reason-list.ts";

/** Where a leg was: kind of owner and kind of place, never a name or an address (design §8). */
export function legPlace(leg: Leg, say: Translate): string {
  const place = say(`place.${leg.place.kind}`);
  return leg.place.by === null
    ? place
    : say("way.placeBy", { by: say(`organisation.${leg.place.by}`), place });
}

/** Lowest to highest temperature of a leg in words. */
export function legTemperatures(leg: Leg, say: Translate): string {
  if (leg.minC === null || leg.maxC === null) return say("way.noTemperature");
  return say("way.minMax", { minC: leg.minC, maxC: leg.maxC });
}

/** What happened on a leg: each excursion and gap with its time, then the other reasons, each said once. */
export function legFindings(leg: Leg, lang: Language, say: Translate): string[] {
  const excursions = leg.excursions.map((excursion) => excursionSentence(excursion, lang, say));
  const gaps = leg.gaps.map(({ from, to }) =>
    say("way.gap", { durationMs: to - from, range: formatRange(lang, from, to) }),
  );
  const others = leg.reasons.filter((reason) => !isToldAbove(reason, leg));
  return [...new Set([...excursions, ...gaps, ...reasonSentences(say, others)])];
}

function excursionSentence(excursion: ColdExcursion, lang: Language, say: Translate): string {
  const { direction, from, to, durationMs, extremeC } = excursion;
  if (to === null) {
    return say(direction === "high" ? "way.excursionHighOpen" : "way.excursionLowOpen", { from, extremeC });
  }
  const facts = { durationMs, extremeC, range: formatRange(lang, from, to) };
  return say(direction === "high" ? "way.excursionHigh" : "way.excursionLow", facts);
}

function isToldAbove(reason: Reason, leg: Leg): boolean {
  if (reason.code === "GAP") return leg.gaps.length > 0;
  if (reason.code === "TOO_WARM") return leg.excursions.some(({ direction }) => direction === "high");
  return reason.code === "TOO_COLD" && leg.excursions.some(({ direction }) => direction === "low");
}
