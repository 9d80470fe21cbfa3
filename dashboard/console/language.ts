import type { Language } from "../i18n/format.ts";

/** The language to show: the one kept from an earlier choice, else the first that the browser asks for and we have. */
export function pickLanguage(kept: string | null, wanted: readonly string[]): Language {
  if (kept === "zh-CN" || kept === "en") return kept;
  const first = wanted.map((tag) => tag.toLowerCase()).find((tag) => /^(zh|en)\b/.test(tag));
  return first?.startsWith("en") === true ? "en" : "zh-CN";
}
