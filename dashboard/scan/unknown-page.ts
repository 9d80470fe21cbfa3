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
  readonly lang: Language;
  readonly urls: { readonly otherLanguage: string; readonly home: string };
  readonly demo: boolean;
}

/** The page for a code nobody recorded: never "counterfeit" from a scan alone, always the pharmacist. */
export function unknownPage({ code, lang, urls, demo }: UnknownPage): Html {
  const say = translate(lang);
  const causes = ["unknown.typing", "unknown.outside", "unknown.false"] as const;
  return layout({
    lang,
    say,
    demo,
    title: say("headline.unknown.word"),
    ...urls,
    main: html`${verdictView({
      tone: "caution",
      toneWord: say(toneKey("caution")),
      word: say("headline.unknown.word"),
      sentence: say("headline.unknown.sentence"),
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
