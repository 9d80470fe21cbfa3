import { html } from "hono/html";
import type { Language } from "../i18n/format.ts";
import { isWordKey, type Translate, translate } from "../i18n/words.ts";
import type { Html } from "./html.ts";
import { layout } from "./layout.ts";

/** A demo scan: case name as in demo.json, code as scanned, address of its page. */
export interface DemoScan {
  readonly case: string;
  readonly code: string;
  readonly url: string;
}

/** The start page: `check` takes the typed code by GET as `code`. */
export interface IndexPage {
  readonly lang: Language;
  readonly urls: { readonly otherLanguage: string; readonly home: string; readonly check: string };
  readonly scans: readonly DemoScan[];
  readonly demo: boolean;
}

/** A code typed by hand, and the demo's packs to try. */
export function indexPage({ lang, urls, scans, demo }: IndexPage): Html {
  const say = translate(lang);
  return layout({
    lang,
    say,
    demo,
    title: say("index.title"),
    ...urls,
    main: html`<section class="enter" aria-labelledby="enter">
<h1 id="enter">${say("index.title")}</h1>
<p class="lead">${say("index.lead")}</p>
<form action="${urls.check}" method="get">
<label for="typed">${say("index.label")}</label>
<p class="note" id="hint">${say("index.hint")}</p>
<div class="row"><input id="typed" name="code" required maxlength="400" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="hint">
<input type="hidden" name="lang" value="${lang}">
<button type="submit">${say("index.submit")}</button></div>
</form>
</section>
${scans.length === 0 ? "" : demoList(scans, say)}`,
  });
}

function demoList(scans: readonly DemoScan[], say: Translate): Html {
  return html`<section aria-labelledby="try">
<h2 id="try">${say("index.demo")}</h2>
<ul class="cases">${scans.map(
    (scan) =>
      html`<li><a href="${scan.url}"><strong>${caseWord(scan.case, say)}</strong><code>${scan.code}</code></a></li>`,
  )}</ul>
</section>`;
}

function caseWord(name: string, say: Translate): string {
  const key = `case.${name}`;
  return isWordKey(key) ? say(key) : say("case.other");
}
