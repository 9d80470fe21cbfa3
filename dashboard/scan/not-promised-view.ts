import { html } from "hono/html";
import type { Translate } from "../i18n/words.ts";
import type { Html } from "./html.ts";

const keys = ["not.copy", "not.judge", "not.before", "not.probe"] as const;

/** What is not promised (design §1), said on every answer. */
export function notPromisedView(say: Translate): Html {
  return html`<section aria-labelledby="not">
<h2 id="not">${say("not.title")}</h2>
<ul class="plain">${keys.map((key) => html`<li>${say(key)}</li>`)}</ul>
<p class="ask"><strong>${say("not.ask")}</strong></p>
</section>`;
}
