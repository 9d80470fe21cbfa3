import { html } from "hono/html";
import type { Reason } from "#domain/provenance/answer.ts";
import type { Translate } from "../i18n/words.ts";
import type { Html } from "./html.ts";

/** The sentences of reasons, each said once. */
export function reasonSentences(say: Translate, reasons: readonly Reason[]): string[] {
  return [...new Set(reasons.map((reason) => say(`reason.${reason.code}`, reason.facts)))];
}

/** Reasons in words as a list; at most `limit` of them, then how many more there are. */
export function reasonList(
  say: Translate,
  reasons: readonly Reason[],
  limit = Number.POSITIVE_INFINITY,
): Html | "" {
  const sentences = reasonSentences(say, reasons);
  if (sentences.length === 0) return "";
  const shown = sentences.slice(0, limit);
  const more = sentences.length - shown.length;
  return html`<ul class="reasons">
${shown.map((sentence) => html`<li>${sentence}</li>`)}
${more > 0 ? html`<li>${say("cold.more", { count: more })}</li>` : ""}
</ul>`;
}
