import { html } from "hono/html";
import type { Language } from "../i18n/format.ts";
import { translate } from "../i18n/words.ts";
import type { Html } from "./html.ts";
import { layout } from "./layout.ts";
import { toneKey, verdictView } from "./verdict-view.ts";

/** Why there is no answer: the code could not be read, or we cannot check now. */
export interface ProblemPage {
  readonly problem: "unreadable" | "unavailable";
  readonly lang: Language;
  readonly urls: { readonly otherLanguage: string; readonly home: string };
  readonly demo: boolean;
}

/** The page for a failed check: it fails closed, saying nothing good about the medicine. */
export function problemPage({ problem, lang, urls, demo }: ProblemPage): Html {
  const say = translate(lang);
  return layout({
    lang,
    say,
    demo,
    title: say(`problem.${problem}.word`),
    ...urls,
    main: html`${verdictView({
      tone: "open",
      toneWord: say(toneKey("open")),
      word: say(`problem.${problem}.word`),
      sentence: say(`problem.${problem}.sentence`),
    })}
<p><a class="button" href="${urls.home}">${say("page.another")}</a></p>
<p class="ask"><strong>${say("not.ask")}</strong></p>`,
  });
}
