import en from "../i18n/console.en.json" with { type: "json" };
import zh from "../i18n/console.zh-CN.json" with { type: "json" };
import { fill } from "../i18n/fill.ts";
import { type Facts, fillFacts } from "../i18n/fill-facts.ts";
import type { Language } from "../i18n/format.ts";

/** Every key of the console's catalogues. */
export type ConsoleKey = keyof typeof en;

/** The keys that come in two: `.one` for 1, `.other` for the rest. */
export type CountKey = ConsoleKey extends infer Key
  ? Key extends `${infer Base}.one`
    ? Base
    : never
  : never;

/** Says things in one language. */
export interface Say {
  readonly lang: Language;
  text(key: ConsoleKey, facts?: Facts): string;
  /** A sentence about `count` things; `{count}` is its blank. */
  count(key: CountKey, count: number, facts?: Facts): string;
  /** A name that came in both languages. */
  name(names: { readonly zh: string; readonly en: string }): string;
}

const catalogues: Readonly<Record<Language, Readonly<Record<ConsoleKey, string>>>> = { "zh-CN": zh, en };

/** The console's words in one language; a temperature off these limits (°C) is not shown as if it were on them. */
export function sayIn(lang: Language, limitsC: readonly number[] = []): Say {
  const text = (key: ConsoleKey, facts: Facts = {}) =>
    fill(catalogues[lang][key], fillFacts(lang, limitsC, facts));
  return {
    lang,
    text,
    count: (key, count, facts = {}) =>
      text(`${key}.${count === 1 ? "one" : "other"}` as ConsoleKey, { ...facts, count }),
    name: (names) => (lang === "en" ? names.en : names.zh),
  };
}
