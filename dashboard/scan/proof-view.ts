import { html } from "hono/html";
import type { Answer, Step } from "#domain/provenance/answer.ts";
import { formatTime, type Language } from "../i18n/format.ts";
import { isWordKey, type Translate } from "../i18n/words.ts";
import type { Html } from "./html.ts";
import { resultKey } from "./questions-view.ts";

/** Where the proof and the trust file can be had. */
export interface ProofUrls {
  readonly bundle: string;
  readonly trust: string;
}

/** The folded technical proof: result, anchor, chain class with its honest words, who stated what, downloads. */
export function proofFold(answer: Answer, lang: Language, say: Translate, urls: ProofUrls): Html {
  const { proof, cold } = answer;
  const mkt =
    cold.mktC === null ? mktReason(answer, say) : say("way.chartLimit", { temperatureC: cold.mktC });
  const rows: [string, string | Html][] = [
    [say("proof.result"), html`${say(resultKey(proof.result))} <code>${proof.result}</code>`],
    [say("proof.asOf"), proof.asOf === null ? say("proof.none") : formatTime(lang, proof.asOf)],
    [say("proof.chain"), say(`chain.${proof.chainClass}`)],
    [say("proof.profile"), say("proof.profileValue", { ...cold.profile })],
    [say("proof.mkt"), mkt],
    [say("proof.epc"), html`<code>${answer.epc}</code>`],
  ];
  return html`<details class="fold proof">
<summary>${say("proof.title")}</summary>
<dl class="facts">${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${findings(proof.reasons, say)}
${stepsTable(answer.steps, lang, say)}
<p><a class="button" href="${urls.bundle}" download>${say("proof.download")}</a> <a class="button" href="${urls.trust}" download>${say("proof.trust")}</a></p>
<p class="note">${say("proof.alone")}</p>
</details>`;
}

function mktReason({ cold: { mktReason: reason } }: Answer, say: Translate): string {
  if (reason === null) return say("proof.none");
  return say("proof.mktNone", { reason: say(`reason.${reason.code}`, reason.facts) });
}

function findings(reasons: readonly string[], say: Translate): Html | "" {
  if (reasons.length === 0) return "";
  return html`<h3>${say("proof.findings")}</h3>
<ul class="reasons">${reasons.map((reason) => html`<li><code>${reason}</code></li>`)}</ul>`;
}

function stepsTable(steps: readonly Step[], lang: Language, say: Translate): Html | "" {
  if (steps.length === 0) return "";
  const heads = ["steps.at", "steps.step", "steps.by", "steps.word"] as const;
  return html`<h3 id="steps">${say("steps.title")}</h3>
<div class="scroll" tabindex="0" role="region" aria-labelledby="steps"><table>
<thead><tr>${heads.map((key) => html`<th scope="col">${say(key)}</th>`)}</tr></thead>
<tbody>${steps.map(
    (step) => html`<tr><td>${formatTime(lang, step.at)}</td><td>${stepWord(step, say)}</td>
<td>${say(`organisation.${step.by}`)}</td><td>${say(whoseWord(step))}</td></tr>`,
  )}</tbody>
</table></div>`;
}

/** A step's CBV names in words; a name outside the vocabulary is "another step", never raw text of a partner. */
function stepWord({ step, disposition }: Step, say: Translate): string {
  const stepKey = `step.${step}`;
  const dispositionKey = `disposition.${disposition}`;
  const word = isWordKey(stepKey) ? say(stepKey) : say("steps.other");
  return isWordKey(dispositionKey)
    ? say("steps.both", { step: word, disposition: say(dispositionKey) })
    : word;
}

function whoseWord(step: Step): "steps.signed" | "steps.signedOffline" | "steps.unsigned" | "steps.offline" {
  if (step.signed) return step.offline ? "steps.signedOffline" : "steps.signed";
  return step.offline ? "steps.offline" : "steps.unsigned";
}
