/** One visit to a page as a phone or a laptop makes it, with everything that went wrong on it. */
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { axe } from "../support/chromium.ts";

/** Who looks: the browser's language, whether it runs scripts, the screen, and what it kept from being signed in. */
export interface Visitor {
  readonly lang: "zh-CN" | "en";
  readonly script?: boolean;
  /** Width of the screen in px. */
  readonly width?: number;
  readonly dark?: boolean;
  readonly session?: NonNullable<BrowserContextOptions["storageState"]>;
}

/** The screens a page is looked at on: a small phone and a laptop, by their width in px. */
export const widths = [360, 1440] as const;

/** How long anything that a page is waited for may take on a slow machine. */
const patienceMs = 90_000;

/** An interface came or went on the machine, of another test's network for one: Chromium gives up what is under way. */
const networkChanged = "net::ERR_NETWORK_CHANGED";

/** What of a page counts as loaded with it. */
const weighed = new Set(["document", "script", "stylesheet"]);

/** An open page and what it did so far. */
export interface Visit {
  readonly page: Page;
  /** Goes to another address, as if one came there first; gives the status. */
  open(url: string): Promise<number>;
  /**
   * What went wrong since this was asked last, each with its address: errors on the console, exceptions, requests that
   * failed, files that were not there, requests to another origin.
   */
  trouble(): string[];
  /** What was loaded since the visit began, each file once and gzipped: scripts alone, or with pages and styles. */
  loadedBytes(what: "scripts" | "all"): Promise<number>;
  /** By screen: whether the page is too wide, and serious and critical faults by axe (at all widths unless told) with their elements. */
  looksWrong(axeAtPx?: readonly number[]): Promise<string[]>;
  close(): Promise<void>;
}

/** Opens a page in a browser context of its own, on a phone unless told otherwise. */
export async function visit(browser: Browser, url: string, visitor: Visitor): Promise<Visit> {
  const context = await browser.newContext({
    locale: visitor.lang,
    viewport: { width: visitor.width ?? widths[0], height: 800 },
    javaScriptEnabled: visitor.script ?? true,
    colorScheme: visitor.dark === true ? "dark" : "light",
    ...(visitor.session && { storageState: visitor.session }),
  });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const { trouble, loaded } = watch(page, new URL(url).origin);
  const open = async (next: string) => (await page.goto(next, { waitUntil: "load" }))?.status() ?? 0;
  await open(url);
  return {
    page,
    open,
    trouble: () => trouble.splice(0),
    loadedBytes: async (what) => {
      const wanted = [...loaded.values()].filter(({ type }) => what === "all" || type === "script");
      const bodies = await Promise.all(wanted.map(({ body }) => body));
      return bodies.reduce((sum, body) => sum + gzipSync(body).length, 0);
    },
    looksWrong: (axeAtPx = widths) => looksWrong(page, axeAtPx),
    close: () => context.close(),
  };
}

/** The brightest of red, green and blue (0 to 255) of the ground that a page stands on. */
export async function brightestOfGround(page: Page): Promise<number> {
  const ground = await page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
  return Math.max(...(ground.match(/[\d.]+/g) ?? ["255"]).slice(0, 3).map(Number));
}

async function looksWrong(page: Page, axeAtPx: readonly number[]): Promise<string[]> {
  const wrong: string[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 800 });
    const tooWide = "document.documentElement.scrollWidth > document.documentElement.clientWidth";
    if (await page.evaluate(tooWide)) wrong.push(`${width} px: wider than the screen`);
    for (const { id, nodes } of axeAtPx.includes(width) ? await axe(page) : [])
      wrong.push(`${width} px: ${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  }
  return wrong;
}

interface Loaded {
  readonly type: string;
  readonly body: Promise<Buffer>;
}

function watch(page: Page, origin: string) {
  const trouble: string[] = [];
  const loaded = new Map<string, Loaded>();
  page.on("console", (message) => {
    const from = message.location().url;
    // Chromium writes a page's own 4xx as an error of the console; its status is judged by the test.
    if (message.type() !== "error" || from === page.url()) return;
    if (!message.text().includes(networkChanged)) trouble.push(`${from} ${message.text()}`);
  });
  page.on("pageerror", (error) => trouble.push(`${page.url()} ${error}`));
  page.on("request", (request) => {
    const { protocol, origin: asked } = new URL(request.url());
    if (asked !== origin && protocol !== "data:" && protocol !== "blob:")
      trouble.push(`${request.url()} is of another origin`);
  });
  page.on("requestfailed", (request) => {
    const words = request.failure()?.errorText;
    // What is still on its way when the visitor goes on is given up; that is no fault of the page.
    if (words !== "net::ERR_ABORTED" && words !== networkChanged) trouble.push(`${request.url()} ${words}`);
  });
  page.on("response", (response) => {
    const type = response.request().resourceType();
    if (type !== "document" && response.status() >= 400)
      trouble.push(`${response.url()} ${response.status()}`);
    // Redirects have no body, and what the browser kept from before was weighed when it came.
    if (weighed.has(type) && response.ok()) loaded.set(response.url(), { type, body: kept(response.body()) });
  });
  return { trouble, loaded };
}

/** A body that nobody asks for may go with its page. */
function kept(body: Promise<Buffer>): Promise<Buffer> {
  body.catch(() => undefined);
  return body;
}
