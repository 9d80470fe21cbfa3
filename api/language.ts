import type { Language } from "#dashboard/i18n/format.ts";

/** The language asked for: `lang` of the address, else the best of Accept-Language (RFC 9110 §12.5.4), else `otherwise`. */
export function languageOf(
  asked: { lang?: string | undefined; accept?: string | undefined },
  otherwise: Language,
): Language {
  const named = asked.lang === undefined ? null : matching(asked.lang);
  if (named !== null) return named;
  const ranked = (asked.accept ?? "")
    .slice(0, 500)
    .split(",")
    .map((part) => {
      const [tag = "", ...parameters] = part.trim().split(";");
      const q = parameters
        .map((text) => /^\s*q=([01](?:\.\d{1,3})?)\s*$/.exec(text)?.[1])
        .find((text) => text);
      return { language: matching(tag), q: q === undefined ? 1 : Number(q) };
    })
    .filter(({ language, q }) => language !== null && q > 0)
    .sort((a, b) => b.q - a.q);
  return ranked[0]?.language ?? otherwise;
}

function matching(tag: string): Language | null {
  const [primary = ""] = tag.trim().toLowerCase().split("-");
  return primary === "zh" ? "zh-CN" : primary === "en" ? "en" : null;
}
