import { html } from "hono/html";
import type { Tone } from "./headline.ts";
import type { Html } from "./html.ts";

const shapes: Readonly<Record<Tone, Html>> = {
  good: html`<circle cx="12" cy="12" r="10"></circle><path d="M7 12.5l3.4 3.4L17 9"></path>`,
  caution: html`<path d="M12 2.8 22.4 21H1.6z"></path><path d="M12 9.5v5.2M12 17.6v.4"></path>`,
  stop: html`<path d="M7.9 2h8.2L22 7.9v8.2L16.1 22H7.9L2 16.1V7.9z"></path><path d="M8.5 8.5l7 7M15.5 8.5l-7 7"></path>`,
  open: html`<circle cx="12" cy="12" r="10"></circle><path d="M9.2 9.4a2.9 2.9 0 1 1 4.3 2.6c-1 .6-1.5 1.1-1.5 2.2M12 17.4v.4"></path>`,
};

/** The sign of a tone: each has its own shape, so that colour never speaks alone. Words stand beside it. */
export function icon(tone: Tone): Html {
  return html`<svg class="icon icon-${tone}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">${shapes[tone]}</svg>`;
}
