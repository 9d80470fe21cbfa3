/** The outcome of a check as elements; every word of a bundle is set as text, never as markup. */
import type { Answer, Reason } from "#domain/provenance/answer.ts";
import { type FilledFacts, fill } from "../i18n/fill.ts";
import { formatTime, type Language } from "../i18n/format.ts";
import type { Checked } from "./check-files.ts";
import { toneOf } from "./tone-of.ts";

/** Sentences by key: the page's own, and those of the patient's page. */
export type Words = Readonly<Record<string, string>>;

/** What was found, in the words of one language. */
export function showOutcome(checked: Checked, code: string, lang: Language, words: Words) {
  const say = (key: string, facts: FilledFacts = {}) => fill(words[key] ?? key, facts);
  const { proof, answer, chainClass } = checked;
  const { result, asOf, reasons } = proof;
  const section = element("section", "", `outcome tone-${toneOf(checked, code)}`);
  section.dataset.result = result;
  section.append(element("h2", say(`result.${result}`)), element("p", result, "name"));
  section.append(element("p", say(`means.${result}`)));
  section.append(
    element("p", asOf === null ? say("asOfNone") : say("asOf", { asOf: formatTime(lang, asOf) })),
  );
  if (answer !== null) {
    if (code === "") section.append(element("p", say("noCode", { subject: answer.epc }), "warning"));
    section.append(answersOf(answer, say, words), element("p", say(`chain.${chainClass}`), "hint"));
  }
  if (reasons.length > 0) {
    const list = element("ul");
    list.append(...reasons.map((reason) => element("li", reason)));
    section.append(element("h3", say("findings")), list);
  }
  return section;
}

/** Three of the four questions; the fourth is the result itself. Of the reasons those have a sentence that need one. */
function answersOf(
  { known, state, cold }: Answer,
  say: (key: string, facts?: FilledFacts) => string,
  words: Words,
) {
  const list = element("dl");
  const put = (name: string, said: { state: string; reasons: readonly Reason[] }) => {
    const about = element("dd", say(`${name}.${said.state}`));
    const codes = [...new Set(said.reasons.map(({ code }) => code))];
    about.append(element("p", codes.join(", "), "name"));
    about.append(...codes.flatMap((code) => words[`reason.${code}`] ?? []).map((one) => element("p", one)));
    list.append(element("dt", say(`question.${name}`)), about);
  };
  put("known", known);
  put("state", state);
  put("cold", cold);
  const part = element("div", "", "answers");
  part.append(element("h3", say("answers")), list);
  return part;
}

function element(name: string, text = "", className = ""): HTMLElement {
  const made = document.createElement(name);
  if (text !== "") made.textContent = text;
  if (className !== "") made.className = className;
  return made;
}
