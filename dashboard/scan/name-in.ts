import type { Names } from "#domain/provenance/answer.ts";
import type { Language } from "../i18n/format.ts";

/** A name in the page's language. */
export function nameIn(lang: Language, names: Names): string {
  return lang === "en" ? names.en : names.zh;
}
