import { html } from "hono/html";
import type { Answer } from "#domain/provenance/answer.ts";
import { formatDate, type Language } from "../i18n/format.ts";
import type { Translate } from "../i18n/words.ts";
import type { Html } from "./html.ts";
import { nameIn } from "./name-in.ts";

const serialPath = /\/21\/([^/?]+)$/;
const chinaCode = /^urn:x-cn:dtc:(\d{20})$/;

/** The facts as read, for comparison with the print on the box; codes stay strings. */
export function matchView(answer: Answer, lang: Language, say: Translate): Html {
  const { gtin, names, maker, lot, expiry } = answer.product;
  const china = chinaCode.exec(answer.epc)?.[1];
  const rows: [string, string | null][] = [
    [say("match.product"), names && nameIn(lang, names)],
    [say("match.maker"), maker && nameIn(lang, maker)],
    [say("match.gtin"), gtin],
    [say("match.lot"), lot],
    [say("match.expiry"), expiry && formatDate(lang, expiry)],
    china === undefined ? [say("match.serial"), serialOf(answer.epc)] : [say("match.dtc"), china],
  ];
  return html`<section aria-labelledby="match">
<h2 id="match">${say("match.title")}</h2>
<p>${say("match.hint")}</p>
<dl class="facts">
${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value ?? html`<em>${say("match.missing")}</em>`}</dd></div>`)}
</dl>
</section>`;
}

function serialOf(epc: string): string | null {
  const serial = serialPath.exec(epc)?.[1];
  if (serial === undefined) return null;
  try {
    return decodeURIComponent(serial);
  } catch {
    return serial;
  }
}
