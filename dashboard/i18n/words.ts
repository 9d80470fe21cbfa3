import en from "./en.json" with { type: "json" };
import { fill } from "./fill.ts";
import { type Facts, fillFacts } from "./fill-facts.ts";
import type { Language } from "./format.ts";
import zh from "./zh-CN.json" with { type: "json" };

/** Every key of the catalogues. */
export type WordKey = keyof typeof en;

/** Says a sentence of the catalogue with its facts filled in. */
export type Translate = (key: WordKey, facts?: Facts) => string;

const catalogues: Readonly<Record<Language, Readonly<Record<WordKey, string>>>> = { "zh-CN": zh, en };

/** The words of one language; a temperature that is not on one of these limits (°C) is not shown as if it were. */
export function translate(lang: Language, limitsC: readonly number[] = []): Translate {
  const words = catalogues[lang];
  return (key, facts = {}) => fill(words[key], fillFacts(lang, limitsC, facts));
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
