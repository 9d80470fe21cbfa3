import { html } from "hono/html";
import type { WordKey } from "../i18n/words.ts";
import type { Tone } from "./headline.ts";
import type { Html } from "./html.ts";
import { icon } from "./icon.ts";

/** One sentence that decides: sign, big word, plain sentence. */
export interface VerdictView {
  readonly tone: Tone;
  /** The sign's meaning for those who don't see it. */
  readonly toneWord: string;
  readonly word: string;
  readonly sentence: string;
  /** Said above the big word: which medicine this is about. */
  readonly subject?: string | undefined;
  /** Said below in small: how recent this is, whose chain it is. */
  readonly notes?: readonly string[];
}

/** The verdict's card, the first thing on the page. */
export function verdictView(view: VerdictView): Html {
  return html`<section class="verdict tone-${view.tone}" aria-labelledby="verdict">
${view.subject === undefined ? "" : html`<p class="subject">${view.subject}</p>`}
<div class="word">${icon(view.tone)}<h1 id="verdict"><span class="hidden">${view.toneWord}: </span>${view.word}</h1></div>
<p class="sentence">${view.sentence}</p>
${(view.notes ?? []).map((note) => html`<p class="note">${note}</p>`)}
</section>`;
}

/** The key of a tone's word. */
export function toneKey(tone: Tone): WordKey {
  return `tone.${tone}`;
}
