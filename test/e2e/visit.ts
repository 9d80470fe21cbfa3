/** One visit to a page as a phone or a laptop makes it, with everything that went wrong on it. */
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { axe } from "../support/chromium.ts";

/** Who looks: the browser's language, and whether it runs scripts. */
export interface Visitor {
  readonly lang: "zh-CN" | "en";
  readonly script?: boolean;
}

/** The screens a page is looked at on: a small phone and a laptop, by their width in px. */
const widths = [360, 1440];

/** An open page and what it did so far. */
export interface Visit {
  readonly page: Page;
  readonly status: number;
  /** Errors on the console, exceptions, requests that failed, files that were not there. */
  readonly faults: readonly string[];
  /** Addresses that were asked for and are not of the page's own origin. */
  readonly foreign: readonly string[];
  /** Scripts that were loaded, gzipped. */
  scriptBytes(): Promise<number>;
  /** By screen: serious and critical faults by axe with their elements, and whether the page is too wide. */
  looksWrong(): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens a page in an empty browser context. */
export async function visit(browser: Browser, url: string, visitor: Visitor): Promise<Visit> {
  const context = await browser.newContext({
    locale: visitor.lang,
    viewport: { width: 360, height: 800 },
    javaScriptEnabled: visitor.script ?? true,
  });
  const page = await context.newPage();
  const { faults, foreign, scripts } = watch(page, url);
  const response = await page.goto(url, { waitUntil: "load" });
  return {
    page,
    status: response?.status() ?? 0,
    faults,
    foreign,
    scriptBytes: async () =>
      (await Promise.all(scripts)).reduce((sum, text) => sum + gzipSync(text).length, 0),
    looksWrong: () => looksWrong(page),
    close: () => context.close(),
  };
}

async function looksWrong(page: Page): Promise<string[]> {
  const wrong: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    const tooWide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
    if (await page.evaluate(tooWide)) wrong.push(`${width} px: wider than the screen`);
    for (const { id, nodes } of await axe(page))
      wrong.push(`${width} px: ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  }
  return wrong;
}

function watch(page: Page, url: string) {
  const { origin } = new URL(url);
  const faults: string[] = [];
  const foreign: string[] = [];
  const scripts: Promise<Buffer>[] = [];
  page.on("console", (message) => {
    // Chromium writes a page's own 4xx as an error of the console; its status is judged by the test.
    if (message.type() === "error" && message.location().url !== page.url()) faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) foreign.push(request.url());
  });
  page.on("requestfailed", (request) => {
    const words = request.failure()?.errorText;
    // What is still on its way when the visitor goes on is given up; that is no fault of the page.
    if (words !== "net::ERR_ABORTED") faults.push(`${request.url()} ${words}`);
  });
  page.on("response", (response) => {
    const type = response.request().resourceType();
    if (type !== "document" && response.status() >= 400)
      faults.push(`${response.url()} ${response.status()}`);
    if (type === "script") scripts.push(response.body());
  });
  return { faults, foreign, scripts };
}
