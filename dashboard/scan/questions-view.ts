import { html } from "hono/html";
import type { Answer, ColdAnswer, PackState } from "#domain/provenance/answer.ts";
import { formatRange, type Language } from "../i18n/format.ts";
import { isWordKey, type Translate, type WordKey } from "../i18n/words.ts";
import { isBroken, isProved, type Tone } from "./headline.ts";
import type { Html } from "./html.ts";
import { icon } from "./icon.ts";
import { nameIn } from "./name-in.ts";
import { reasonList } from "./reason-list.ts";

/** China's national platform of medical insurance: the state's look-up for 20-digit codes. */
const stateLookup = "https://fuwu.nhsa.gov.cn/";
const reasonsShown = 4;

interface QuestionView {
  readonly name: "known" | "state" | "cold" | "proof";
  readonly tone: Tone;
  readonly answer: string;
  readonly body: Html;
}

/** The four questions of design §6, each answered apart from the others with its reasons. */
export function questionsView(answer: Answer, lang: Language, say: Translate): Html {
  const views = [
    knownView(answer, say),
    stateView(answer, say),
    coldView(answer, lang, say),
    proofView(answer, say),
  ];
  return html`<section aria-labelledby="questions">
<h2 id="questions">${say("question.title")}</h2>
<div class="questions">
${views.map((view) => card(view, say))}
</div>
</section>`;
}

function card(view: QuestionView, say: Translate): Html {
  return html`<article class="question tone-${view.tone}" data-question="${view.name}">
<h3>${say(`question.${view.name}`)}</h3>
<p class="answer"><span class="said">${icon(view.tone)}<strong>${view.answer}</strong></span></p>
${view.body}
</article>`;
}

function knownView(answer: Answer, say: Translate): QuestionView {
  const { state, reasons } = answer.known;
  const tone = state === "UNKNOWN" ? "open" : "good";
  return { name: "known", tone, answer: say(`known.${state}`), body: html`${reasonList(say, reasons)}` };
}

const stateTones: Readonly<Record<PackState, Tone>> = {
  IN_TRADE: "good",
  SOLD: "good",
  SOLD_SEVERAL_TIMES: "caution",
  RECALLED: "stop",
  EXPIRED: "stop",
  ON_HOLD: "caution",
  UNKNOWN: "open",
};

function stateView(answer: Answer, say: Translate): QuestionView {
  const { state, reasons } = answer.state;
  const openPoint = reasons.some((reason) => reason.code === "EXPIRY_NOT_STATED");
  const tone = openPoint && stateTones[state] === "good" ? "open" : stateTones[state];
  const lookup = html`<p><a href="${stateLookup}" rel="external noreferrer">${say("state.lookup")}</a><br>${say("state.lookupNote")}</p>`;
  const body = html`${reasonList(say, reasons)}
<p class="note">${say("state.scope")}</p>
${isChinaCode(answer) ? lookup : ""}`;
  return { name: "state", tone, answer: say(`state.${state}`), body };
}

const coldTones = { COMPLIANT: "good", EXCURSION: "caution", NOT_DEMONSTRABLE: "open" } as const;

function coldView(answer: Answer, lang: Language, say: Translate): QuestionView {
  const { cold } = answer;
  const proved =
    cold.proved === null
      ? say("cold.provedNone")
      : say("cold.proved", { range: formatRange(lang, cold.proved.since, cold.proved.until) });
  const body = html`${reasonList(say, cold.reasons, reasonsShown)}
<p>${proved}</p>
<p class="note">${limitsSentence(cold, lang, say)}</p>`;
  return { name: "cold", tone: coldTones[cold.state], answer: say(`cold.${cold.state}`), body };
}

function limitsSentence(cold: ColdAnswer, lang: Language, say: Translate): string {
  if (cold.limits === null) return say("cold.limitsUnknown");
  const { lowerC, upperC, maker, stated } = cold.limits;
  return say("cold.limits", { lowerC, upperC, maker: nameIn(lang, maker), statedDate: stated });
}

function proofView(answer: Answer, say: Translate): QuestionView {
  const { result, asOf, chainClass } = answer.proof;
  const body = html`<p>${say("page.asOf", { asOf })}</p>
<p class="note">${say(chainClass === "operator" ? "chain.operatorShort" : `chain.${chainClass}`)}</p>`;
  const tone = isProved(result) ? "good" : isBroken(result) ? "stop" : "open";
  return {
    name: "proof",
    tone,
    answer: say(resultKey(result)),
    body: asOf === null ? html`<p>${say("page.asOfUnknown")}</p>` : body,
  };
}

/** The key of a result's words; a result this page doesn't know is said to be unknown. */
export function resultKey(result: string): WordKey {
  const key = `result.${result}`;
  return isWordKey(key) ? key : "result.other";
}

function isChinaCode(answer: Answer): boolean {
  return answer.epc.startsWith("urn:x-cn:dtc:");
}
