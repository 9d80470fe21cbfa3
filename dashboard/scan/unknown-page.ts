import { html } from "hono/html";
import type { Language } from "../i18n/format.ts";
import { translate } from "../i18n/words.ts";
import type { Html } from "./html.ts";
import { layout } from "./layout.ts";
import { notPromisedView } from "./not-promised-view.ts";
import { toneKey, verdictView } from "./verdict-view.ts";

/** A code that is well formed but not in our records. */
export interface UnknownPage {
  readonly code: string;
  /** Whether the lot that its label names is recalled. */
  readonly isRecalled: boolean;
  readonly lang: Language;
  readonly urls: { readonly otherLanguage: string; readonly home: string };
  readonly demo: boolean;
}

/**
 * The page for a code nobody recorded: never "counterfeit" from a scan alone, always the pharmacist. A recall of its lot comes first,
 * whether this very pack is known or not.
 */
export function unknownPage({ code, isRecalled, lang, urls, demo }: UnknownPage): Html {
  const say = translate(lang);
  const key = isRecalled ? "recalled" : "unknown";
  const tone = isRecalled ? "stop" : "caution";
  const word = say(`headline.${key}.word`);
  const causes = ["unknown.typing", "unknown.outside", "unknown.false"] as const;
  return layout({
    lang,
    say,
    demo,
    title: word,
    ...urls,
    main: html`${verdictView({
      tone,
      toneWord: say(toneKey(tone)),
      word,
      sentence: say(`headline.${key}.sentence`),
      notes: isRecalled ? [say("unknown.recalled")] : [],
    })}
<section aria-labelledby="code">
<h2 id="code">${say("unknown.code")}</h2>
<p class="code"><code>${code}</code></p>
<h2>${say("unknown.causes")}</h2>
<ul class="plain">${causes.map((key) => html`<li>${say(key)}</li>`)}</ul>
<p><a class="button" href="${urls.home}">${say("page.another")}</a></p>
</section>
${notPromisedView(say)}`,
  });
}
