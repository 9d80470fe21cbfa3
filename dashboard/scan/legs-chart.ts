import { html } from "hono/html";
import type { ColdAnswer, ColdState, Leg } from "#domain/provenance/answer.ts";
import type { Translate } from "../i18n/words.ts";
import type { Html } from "./html.ts";

const size = { width: 360, height: 190, left: 58, top: 24, bottom: 26, right: 4 };
const spareC = 3;
const numberWidthMin = 18;
const barWidthMax = 34;
/** Marks above the bars, so that a colour-blind eye reads the state too. */
const marks: Readonly<Record<ColdState, string>> = { COMPLIANT: "✓", EXCURSION: "!", NOT_DEMONSTRABLE: "?" };

interface Scale {
  readonly lowC: number;
  readonly highC: number;
  readonly columnWidth: number;
}

/** Lowest to highest temperature of each leg as a bar against the limits, in order and numbered as in the list. */
export function legsChart(cold: ColdAnswer, say: Translate): Html {
  const scale = scaleOf(cold);
  return html`<figure class="chart">
<svg viewBox="0 0 ${size.width} ${size.height}" role="img" aria-label="${say("way.chart")}">
<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="hatch-ground" width="6" height="6"></rect><rect class="hatch-line" width="2" height="6"></rect></pattern></defs>
${cold.limits === null ? "" : bandOf(cold.limits, scale, say)}
${cold.legs.map((leg, index) => column(leg, index, cold.limits, scale))}
</svg>
<figcaption>${say("way.chart")}</figcaption>
</figure>`;
}

function scaleOf(cold: ColdAnswer): Scale {
  const known = cold.legs.flatMap((leg) => [leg.minC, leg.maxC]).filter((value) => value !== null);
  const limits = cold.limits === null ? [] : [cold.limits.lowerC, cold.limits.upperC];
  const values = [...known, ...limits];
  const lowC = values.length === 0 ? 0 : Math.min(...values) - spareC;
  const highC = values.length === 0 ? 10 : Math.max(...values) + spareC;
  const columnWidth = (size.width - size.left - size.right) / Math.max(cold.legs.length, 1);
  return { lowC, highC, columnWidth };
}

function yOf(celsius: number, scale: Scale): number {
  const height = size.height - size.top - size.bottom;
  return round(size.top + ((scale.highC - celsius) / (scale.highC - scale.lowC)) * height);
}

function bandOf(limits: { lowerC: number; upperC: number }, scale: Scale, say: Translate): Html {
  const [top, bottom] = [yOf(limits.upperC, scale), yOf(limits.lowerC, scale)];
  const right = size.width - size.right;
  const label = (celsius: number, y: number) =>
    html`<text class="limit" x="${size.left - 6}" y="${y + 4}" text-anchor="end">${say("way.chartLimit", { temperatureC: celsius })}</text>`;
  return html`<rect class="band" x="${size.left}" y="${top}" width="${right - size.left}" height="${round(bottom - top)}"></rect>
<path class="limit-line" d="M${size.left} ${top}H${right}M${size.left} ${bottom}H${right}"></path>
${label(limits.upperC, top)}${label(limits.lowerC, bottom)}`;
}

function column(leg: Leg, index: number, limits: ColdAnswer["limits"], scale: Scale): Html {
  const center = round(size.left + scale.columnWidth * (index + 0.5));
  const width = round(Math.min(barWidthMax, scale.columnWidth * 0.6));
  const wide = scale.columnWidth >= numberWidthMin;
  return html`<g class="leg-${leg.state}">
${wide ? html`<text class="mark" x="${center}" y="${size.top - 8}" text-anchor="middle">${marks[leg.state]}</text>` : ""}
${bars(leg, limits, scale, round(center - width / 2), width)}
${wide ? html`<text class="number" x="${center}" y="${size.height - 8}" text-anchor="middle">${index + 1}</text>` : ""}
</g>`;
}

function bars(leg: Leg, limits: ColdAnswer["limits"], scale: Scale, x: number, width: number): Html {
  if (leg.minC === null || leg.maxC === null) {
    const height = size.height - size.top - size.bottom;
    return html`<rect class="nothing" x="${x}" y="${size.top}" width="${width}" height="${height}" fill="url(#hatch)"></rect>`;
  }
  const { minC, maxC } = leg;
  const piece = (kind: string, fromC: number, toC: number) => {
    if (toC < fromC) return "";
    const top = yOf(toC, scale);
    const height = Math.max(3, round(yOf(fromC, scale) - top));
    return html`<rect class="${kind}" x="${x}" y="${top}" width="${width}" height="${height}"></rect>`;
  };
  if (limits === null) return html`${piece("bar", minC, maxC)}`;
  const above = maxC > limits.upperC ? piece("out", Math.max(minC, limits.upperC), maxC) : "";
  const below = minC < limits.lowerC ? piece("out", minC, Math.min(maxC, limits.lowerC)) : "";
  return html`${piece("bar", Math.max(minC, limits.lowerC), Math.min(maxC, limits.upperC))}${above}${below}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
