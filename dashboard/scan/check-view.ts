import { html } from "hono/html";
import type { Answer } from "#domain/provenance/answer.ts";
import type { Language } from "../i18n/format.ts";
import { type Translate, wordsFor } from "../i18n/words.ts";
import type { Html } from "./html.ts";
import { verdictSummary } from "./verdict-summary.ts";

/** What the script in the page fetches: bundle, trust file, and the read-only relay to the chain. */
export interface CheckUrls {
  readonly bundle: string;
  readonly trust: string;
  readonly rpc: string;
}

const prefixes = ["check.", "result.", "question.", "known.", "state.", "cold."];

/** The place where the script tells its own result; without script it says that nothing was checked here. */
export function checkView(answer: Answer, lang: Language, say: Translate, urls: CheckUrls): Html {
  return html`<section class="check tone-plain" aria-labelledby="check-title" id="check" data-code="${answer.code}" data-view="${answer.view}"
 data-bundle="${urls.bundle}" data-trust="${urls.trust}" data-rpc="${urls.rpc}"
 data-verdict="${JSON.stringify(verdictSummary(answer))}" data-words="${JSON.stringify(wordsFor(lang, prefixes))}">
<h2 id="check-title">${say("check.title")}</h2>
<div id="check-status" role="status"><p>${say("check.idle")}</p></div>
<p class="note">${say("check.help")}</p>
</section>`;
}
