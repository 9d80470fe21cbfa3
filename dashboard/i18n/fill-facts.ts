import type { FilledFacts } from "./fill.ts";
import { formatDay, formatDuration, formatTemperature, formatTime, type Language } from "./format.ts";

/** Facts as the domain gives them; their unit stands last in the name (see `factIn`). */
export type Facts = Readonly<Record<string, string | number | null | undefined>>;

const momentNames = new Set(["at", "asOf", "from", "to", "since", "until", "accepted", "stated"]);

/** Facts put into words of one language; a temperature that is not on one of the limits (°C) is not shown as if it were. */
export function fillFacts(lang: Language, limitsC: readonly number[], facts: Facts): FilledFacts {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, factIn(lang, limitsC, name, value)]),
  );
}

/** The name tells the unit: …Ms duration, …MilliC and …C temperature, …Date day of a moment, `at`, `from` … moments. */
function factIn(lang: Language, limitsC: readonly number[], name: string, value: Facts[string]) {
  if (value === null || value === undefined) return undefined;
  if (typeof value === "string") return value;
  if (name.endsWith("Ms")) return formatDuration(lang, value);
  if (name.endsWith("MilliC")) return formatTemperature(value / 1000, limitsC);
  if (name.endsWith("C")) return formatTemperature(value, limitsC);
  if (name.endsWith("Date")) return formatDay(lang, value);
  return momentNames.has(name) ? formatTime(lang, value) : String(value);
}
