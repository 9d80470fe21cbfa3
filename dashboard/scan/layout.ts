import { html } from "hono/html";
import type { Language } from "../i18n/format.ts";
import type { Translate } from "../i18n/words.ts";
import type { Html } from "./html.ts";

/** What every page needs around its content. `title` is told in the page's own language. */
export interface Layout {
  readonly lang: Language;
  readonly say: Translate;
  readonly title: string;
  readonly self?: string;
  readonly otherLanguage: string;
  readonly home: string;
  readonly demo: boolean;
  readonly main: Html;
  readonly footer?: Html | undefined;
  readonly script?: boolean;
}

/** The frame of the patient's pages: no inline script or style, so that `default-src 'self'` holds. */
export function layout(page: Layout): Html {
  const { lang, say } = page;
  const other = lang === "en" ? "zh-CN" : "en";
  return html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
${page.self === undefined ? "" : html`<link rel="canonical" href="${page.self}">`}
<title>${page.title} · Coldmark</title>
<link rel="icon" type="image/svg+xml" href="/assets/favicon.svg">
<link rel="stylesheet" href="/assets/tokens.css">
<link rel="stylesheet" href="/assets/page.css">
${page.script === true ? html`<script type="module" src="/assets/check.js"></script>` : ""}
</head>
<body>
<header class="top">
<a class="brand" href="${page.home}">Coldmark</a>
<a class="language" href="${page.otherLanguage}" hreflang="${other}" lang="${other}">${say("page.language")}</a>
</header>
<main>
${page.demo ? html`<p class="demo">${say("page.demo")}</p>` : ""}
${page.main}
</main>
<footer class="foot">
${page.footer ?? ""}
<p>${say("page.footer")}</p>
</footer>
</body>
</html>`;
}
