import { html } from "hono/html";
import type { Answer } from "#domain/provenance/answer.ts";
import type { Language } from "../i18n/format.ts";
import { translate } from "../i18n/words.ts";
import { type CheckUrls, checkView } from "./check-view.ts";
import { headline } from "./headline.ts";
import type { Html } from "./html.ts";
import { layout } from "./layout.ts";
import { matchView } from "./match-view.ts";
import { nameIn } from "./name-in.ts";
import { notPromisedView } from "./not-promised-view.ts";
import { proofFold } from "./proof-view.ts";
import { questionsView } from "./questions-view.ts";
import { toneKey, verdictView } from "./verdict-view.ts";
import { wayView } from "./way-view.ts";

/** Addresses on the page, as paths on this host. */
interface ScanUrls extends CheckUrls {
  readonly self: string;
  readonly otherLanguage: string;
  readonly json: string;
  readonly home: string;
}

/** What the patient's page shows: the public view of one answer. */
export interface ScanPage {
  readonly answer: Answer;
  readonly lang: Language;
  readonly urls: ScanUrls;
  readonly demo: boolean;
}

/**
 * The patient's page (design §6, §8): verdict first, then the four questions, readable without script.
 * It shows what the public view of the answer holds and no names of staff, addresses, prices or sensors.
 */
export function scanPage({ answer, lang, urls, demo }: ScanPage): Html {
  const { limits } = answer.cold;
  const say = translate(lang, limits === null ? [] : [limits.lowerC, limits.upperC]);
  const { key, tone, facts } = headline(answer);
  const verdict = verdictView({
    tone,
    toneWord: say(toneKey(tone)),
    word: say(`headline.${key}.word`),
    sentence: say(`headline.${key}.sentence`, facts),
    subject: answer.product.names === null ? undefined : nameIn(lang, answer.product.names),
    notes: [answer.asOf === null ? say("page.asOfUnknown") : say("page.asOf", { asOf: answer.asOf })],
  });
  return layout({
    lang,
    say,
    demo,
    title: say("page.title"),
    self: urls.self,
    otherLanguage: urls.otherLanguage,
    home: urls.home,
    script: true,
    main: html`${verdict}
${checkView(answer, lang, say, urls)}
${questionsView(answer, lang, say)}
${matchView(answer, lang, say)}
${wayView(answer, lang, say)}
${notPromisedView(say)}
${proofFold(answer, lang, say, urls)}`,
    footer: html`<p><a href="${urls.home}">${say("page.another")}</a> · <a href="${urls.json}">${say("page.json")}</a></p>`,
  });
}
