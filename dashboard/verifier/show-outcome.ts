/** The outcome of a check as elements; every word of a bundle is set as text, never as markup. */
import type { Answer, Reason } from "#domain/provenance/answer.ts";
import { type FilledFacts, fill } from "../i18n/fill.ts";
import { formatTime, type Language } from "../i18n/format.ts";
import type { Checked } from "./check-files.ts";

/** Sentences by key: the page's own, and those of the patient's page. */
export type Words = Readonly<Record<string, string>>;

/** How an outcome looks: green is only what is proved of the code that was typed, and was cold. */
type Tone = "good" | "caution" | "stop" | "open";

const tones: Readonly<Record<string, Tone>> = {
  ...{ VALID_FINAL: "good", VALID_PROVISIONAL: "caution", STALE: "caution", REVOKED: "stop" },
  ...{ TAMPERED: "stop", BAD_PATH: "stop", BAD_SIGNATURE: "stop", FORK_DETECTED: "stop" },
};

/** What was found, in the words of one language. */
export function showOutcome(
  { proof, answer, chainClass }: Checked,
  code: string,
  lang: Language,
  words: Words,
) {
  const say = (key: string, facts: FilledFacts = {}) => fill(words[key] ?? key, facts);
  const { result, asOf, reasons } = proof;
  const isGood = code !== "" && answer?.cold.state === "COMPLIANT";
  const tone = result === "VALID_FINAL" && !isGood ? "caution" : (tones[result] ?? "open");
  const section = element("section", "", `outcome tone-${tone}`);
  section.dataset.result = result;
  section.append(element("h2", say(`result.${result}`)), element("p", result, "name"));
  section.append(element("p", say(`means.${result}`)));
  section.append(
    element("p", asOf === null ? say("asOfNone") : say("asOf", { asOf: formatTime(lang, asOf) })),
  );
  if (answer !== null) {
    if (code === "") section.append(element("p", say("noCode", { subject: answer.epc }), "warning"));
    section.append(answersOf(answer, say), element("p", say(`chain.${chainClass}`), "hint"));
  }
  if (reasons.length > 0) {
    const list = element("ul");
    list.append(...reasons.map((reason) => element("li", reason)));
    section.append(element("h3", say("findings")), list);
  }
  return section;
}

/** Three of the four questions; the fourth is the result itself. */
function answersOf({ known, state, cold }: Answer, say: (key: string, facts?: FilledFacts) => string) {
  const list = element("dl");
  const put = (name: string, said: { state: string; reasons: readonly Reason[] }) => {
    const about = element("dd", say(`${name}.${said.state}`));
    const codes = [...new Set(said.reasons.map(({ code }) => code))];
    about.append(element("p", codes.join(", "), "name"));
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
