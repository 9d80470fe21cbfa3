import { html } from "hono/html";
import type { Answer, ColdState, Leg } from "#domain/provenance/answer.ts";
import { formatRange, type Language } from "../i18n/format.ts";
import type { Translate } from "../i18n/words.ts";
import type { Tone } from "./headline.ts";
import type { Html } from "./html.ts";
import { icon } from "./icon.ts";
import { legFindings, legPlace, legTemperatures } from "./leg-words.ts";
import { legsChart } from "./legs-chart.ts";

const tones: Readonly<Record<ColdState, Tone>> = {
  COMPLIANT: "good",
  EXCURSION: "caution",
  NOT_DEMONSTRABLE: "open",
};

/** The pack's way leg by leg: a chart, a list in words, and the same as a table. */
export function wayView(answer: Answer, lang: Language, say: Translate): Html {
  const { legs } = answer.cold;
  if (legs.length === 0)
    return html`<section aria-labelledby="way"><h2 id="way">${say("way.title")}</h2><p>${say("way.none")}</p></section>`;
  return html`<section aria-labelledby="way">
<h2 id="way">${say("way.title")}</h2>
${legsChart(answer.cold, say)}
<ol class="legs">
${legs.map((leg) => legItem(leg, lang, say))}
</ol>
<details class="fold">
<summary>${say("way.table")}</summary>
${legTable(legs, lang, say)}
</details>
</section>`;
}

function legItem(leg: Leg, lang: Language, say: Translate): Html {
  const tone = tones[leg.state];
  return html`<li class="tone-${tone}">
<h3>${legPlace(leg, say)}</h3>
<p class="time">${formatRange(lang, leg.from, leg.to)}</p>
<p class="answer"><span class="said">${icon(tone)}<strong>${say(`leg.${leg.state}`)}</strong></span> <span class="degrees">${legTemperatures(leg, say)}</span></p>
<ul class="reasons">${legFindings(leg, lang, say).map((finding) => html`<li>${finding}</li>`)}
<li>${say("way.evidenceIs", { evidence: say(`evidence.${leg.evidence}`) })}</li></ul>
</li>`;
}

function legTable(legs: readonly Leg[], lang: Language, say: Translate): Html {
  const heads = ["way.leg", "way.place", "way.time", "way.range", "way.evidence", "way.answer"] as const;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${say("way.title")}"><table>
<thead><tr>${heads.map((key) => html`<th scope="col">${say(key)}</th>`)}</tr></thead>
<tbody>${legs.map(
    (
      leg,
      index,
    ) => html`<tr><th scope="row">${index + 1}</th><td>${legPlace(leg, say)}</td><td>${formatRange(lang, leg.from, leg.to)}</td>
<td>${legTemperatures(leg, say)}</td><td>${say(`evidence.${leg.evidence}`)}</td><td>${say(`leg.${leg.state}`)}</td></tr>`,
  )}</tbody>
</table></div>`;
}
