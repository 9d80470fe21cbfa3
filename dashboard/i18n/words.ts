import en from "./en.json" with { type: "json" };
import { fill } from "./fill.ts";
import { formatDay, formatDuration, formatTemperature, formatTime, type Language } from "./format.ts";
import zh from "./zh-CN.json" with { type: "json" };

/** Every key of the catalogues. */
export type WordKey = keyof typeof en;

/** Facts as the domain gives them; their unit stands last in the name (see `factIn`). */
type Facts = Readonly<Record<string, string | number | null | undefined>>;

/** Says a sentence of the catalogue with its facts filled in. */
export type Translate = (key: WordKey, facts?: Facts) => string;

const catalogues: Readonly<Record<Language, Readonly<Record<WordKey, string>>>> = { "zh-CN": zh, en };
const momentNames = new Set(["at", "asOf", "from", "to", "since", "until", "accepted", "stated"]);

/** The words of one language; a temperature that is not on one of these limits (°C) is not shown as if it were. */
export function translate(lang: Language, limitsC: readonly number[] = []): Translate {
  const words = catalogues[lang];
  const sayFact = factIn(lang, limitsC);
  return (key, facts = {}) =>
    fill(
      words[key],
      Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, sayFact(name, value)])),
    );
}

/** Whether the catalogues hold that key; for names that come from outside (a CBV step, a result). */
export function isWordKey(key: string): key is WordKey {
  return Object.hasOwn(en, key);
}

/** The unfilled sentences whose key starts with one of the prefixes, for the script in the page. */
export function wordsFor(lang: Language, prefixes: readonly string[]): Record<string, string> {
  const chosen = Object.entries(catalogues[lang]).filter(([key]) =>
    prefixes.some((prefix) => key.startsWith(prefix)),
  );
  return Object.fromEntries(chosen);
}

/** The name tells the unit: …Ms duration, …MilliC and …C temperature, …Date day of a moment, `at`, `from` … moments. */
function factIn(lang: Language, limitsC: readonly number[]) {
  return (name: string, value: Facts[string]): string | undefined => {
    if (value === null || value === undefined) return undefined;
    if (typeof value === "string") return value;
    if (name.endsWith("Ms")) return formatDuration(lang, value);
    if (name.endsWith("MilliC")) return formatTemperature(value / 1000, limitsC);
    if (name.endsWith("C")) return formatTemperature(value, limitsC);
    if (name.endsWith("Date")) return formatDay(lang, value);
    return momentNames.has(name) ? formatTime(lang, value) : String(value);
  };
}
